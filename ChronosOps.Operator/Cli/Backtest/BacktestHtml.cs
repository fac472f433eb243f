using System.Globalization;
using System.Xml.Linq;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>A backtest as one HTML file that needs nothing else: no script, no font, no other file. Well-formed XML, so that whoever wants to can read it back. Pure.</summary>
internal static class BacktestHtml
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1a1d21;--soft:#626b76;--line:#d9dde2;--paper:#fff;--value:#1f6feb;--limit:#c9510c;--bad:#d1242f;--mark:#6639ba}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa4b0;--line:#363d46;--paper:#14171a;--value:#6cb0ff;--limit:#f0a15c;--bad:#ff7b72;--mark:#c297ff}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1000px;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.2rem;border-top:1px solid var(--line);padding-top:1rem}h3{font-size:1rem;margin-bottom:.2rem}
        table{border-collapse:collapse;width:100%;font-size:.86rem}th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
        .scroll{overflow-x:auto}.soft{color:var(--soft)}svg{width:100%;height:auto}
        .value{fill:none;stroke:var(--value);stroke-width:1.3;stroke-linejoin:round}.limit{fill:none;stroke:var(--limit);stroke-width:1.3;stroke-dasharray:5 4}
        .expected{fill:var(--limit);opacity:.16}
        .incident{fill:var(--bad);opacity:.22}.held{fill:var(--soft);opacity:.2}.rollout{stroke:var(--mark);stroke-dasharray:2 3}.mark{fill:var(--mark)}.grid{stroke:var(--line)}
        .tick,.axis{font-size:11px;fill:var(--soft)}.key span{margin-right:1.2rem}.key i{display:inline-block;width:1rem;height:.6rem;margin-right:.35rem}
        """;

    /// <summary>The page.</summary>
    public static string Write(BacktestOutcome outcome, BacktestReport report)
    {
        var ill = outcome.Followed.Where(one => one.Incidents.Count > 0).ToList();
        var page = new XElement("html", new XAttribute("lang", "en"),
            new XElement("head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", $"Backtest of {report.Namespace}/{report.Policy}"),
                new XElement("style", Style)),
            new XElement("body",
                new XElement("h1", $"Backtest of policy {report.Namespace}/{report.Policy}"),
                new XElement("p", Headline(report)),
                report.Incidents.Count > 0 ? Incidents(report) : new XElement("p", "No incident would have been raised."),
                report.HeldDown.Count > 0 ? new[] { new XElement("h2", "Held down, since the signal flapped"), HeldDown(report) } : null,
                ill.Count > 0 ? Key() : null,
                ill.Select(one => Workload(one, outcome)),
                new XElement("h2", "Signals"),
                Signals(report),
                new XElement("h2", "Not known from history"),
                new XElement("ul", report.NotKnown.Select(line => new XElement("li", line)))));
        return $"<!DOCTYPE html>\n{page.ToString(SaveOptions.DisableFormatting)}\n";
    }

    private static string Headline(BacktestReport report) => string.Create(CultureInfo.InvariantCulture,
        $"Mode {report.Mode}, from {Terminal.Time(report.From)} to {Terminal.Time(report.To)}, every {Quantities.Format(TimeSpan.FromSeconds(report.IntervalSeconds))}: {report.Summary.Workloads} workloads, {report.Summary.Incidents} incidents ({report.Summary.IncidentsPerWeek:0.##} a week), {report.Summary.Dismissed} dismissed, an action in {report.Summary.WouldAct}; {report.Summary.HeldDown} held down; {report.Summary.UnknownShare * 100:0.##} % of the judgements were Unknown.");

    private static XElement Incidents(BacktestReport report) => Table(
        ["#", "Detected", "Workload", "What was seen", "Lasted", "End", "Cause (from series alone)", "Would"],
        report.Incidents.Select((incident, index) => new[]
        {
            (index + 1).ToString(CultureInfo.InvariantCulture),
            Terminal.Time(incident.DetectedAt),
            incident.Workload,
            $"{incident.Signal}: {incident.Message}{(incident.HeldDownFrom is { } held ? $"; held down from {Terminal.Time(held)}" : "")}",
            Quantities.Format(TimeSpan.FromSeconds(incident.DurationSeconds)),
            $"{incident.Phase} ({incident.PhaseReason})",
            incident.Cause is null ? "not looked for" : incident.Confidence > 0 ? $"{incident.Cause} {Quantities.Format(incident.Confidence.Value)}" : incident.Cause,
            incident.Would is { } would ? $"{would.Action}: {would.Verdict}: {would.Message}{(would.GatesNotAsked.Count > 0 ? $"; not known: {string.Join(", ", would.GatesNotAsked)}" : "")}{(incident.NotRead is { } missing ? $"; not read: {string.Join("; ", missing)}" : "")}" : "",
        }));

    private static XElement HeldDown(BacktestReport report) => Table(
        ["From", "Workload", "What was seen", "Lasted"],
        report.HeldDown.Select(hold => new[] { Terminal.Time(hold.HeldDownFrom), hold.Workload, $"{hold.Signal}: {hold.Message}", Quantities.Format(TimeSpan.FromSeconds(hold.DurationSeconds)) }));

    private static XElement Signals(BacktestReport report) => Table(
        ["Workload", "Signal", "Healthy", "Pending", "Firing", "Unknown", "Unknown because (last)"],
        from workload in report.Workloads
        from signal in workload.Signals
        select new[] { workload.Workload, signal.Signal, Count(signal.Healthy), Count(signal.Pending), Count(signal.Firing), Count(signal.Unknown), signal.UnknownBecause });

    private static XElement Workload(PastFollower followed, BacktestOutcome outcome) => new("section",
        new XElement("h2", $"{followed.Workload.Key.Kind} {followed.Workload.Key.Name}"),
        followed.Signals.Select(tally => new XElement("figure", new XAttribute("style", "margin:0 0 1rem"),
            new XElement("h3", tally.Signal.Name, new XElement("span", new XAttribute("class", "soft"), $" {(tally.Signal.HasThreshold ? $"limit {tally.Signal.Describe(tally.Signal.Threshold)}" : "by what is usual")} for {Quantities.Format(tally.Signal.For)}")),
            tally.Trace.HasValues
                ? SvgChart.Draw(tally, Spans(followed, tally, outcome.To), followed.Workload.Rollouts, Held(followed, tally, outcome.To))
                : new XElement("p", new XAttribute("class", "soft"), $"never measured: {tally.Unknown}"))));

    private static List<(DateTimeOffset From, DateTimeOffset To)> Spans(PastFollower followed, SignalTally tally, DateTimeOffset end) =>
        [.. followed.Incidents.Where(incident => incident.Status.Signals.Exists(signal => signal.Name == tally.Signal.Name)).Select(incident => (incident.OnsetAt, incident.EndedAt ?? end))];

    private static List<(DateTimeOffset From, DateTimeOffset To)> Held(PastFollower followed, SignalTally tally, DateTimeOffset end) =>
        [.. followed.HeldDown.Where(hold => hold.Signals.Contains(tally.Signal.Name)).Select(hold => (hold.OnsetAt, hold.To ?? end))];

    private static XElement Key() => new("p", new XAttribute("class", "key soft"),
        Entry("--value", "what was judged"), Entry("--limit", "limit, and shaded what was expected"), Entry("--bad", "incident, from onset to end"), Entry("--soft", "held down"), Entry("--mark", "a release begins"));

    private static XElement Entry(string colour, string text) => new("span", new XElement("i", new XAttribute("style", $"background:var({colour})"), ""), text);

    private static XElement Table(string[] head, IEnumerable<string?[]> rows) => new("div", new XAttribute("class", "scroll"),
        new XElement("table",
            new XElement("thead", new XElement("tr", head.Select(cell => new XElement("th", cell)))),
            new XElement("tbody", rows.Select(row => new XElement("tr", row.Select(cell => new XElement("td", Terminal.Safe(cell))))))));

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);
}
