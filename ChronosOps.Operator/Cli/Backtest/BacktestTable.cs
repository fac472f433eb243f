using System.Globalization;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>A backtest for people: the incidents in a table, why each was raised, and the whole in numbers.</summary>
internal static class BacktestTable
{
    /// <summary>So many of those that were held down are listed.</summary>
    private const int MostHeld = 20;

    public static async Task WriteAsync(TextWriter output, BacktestReport report)
    {
        var summary = report.Summary;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"Policy {report.Namespace}/{report.Policy} (mode {report.Mode}) from {Terminal.Time(report.From)} to {Terminal.Time(report.To)}, every {Quantities.Format(TimeSpan.FromSeconds(report.IntervalSeconds))}: {summary.Workloads} workloads, {summary.Evaluations} evaluations of each"));
        await output.WriteLineAsync();
        if (report.Incidents.Count > 0)
        {
            await Terminal.WriteTableAsync(output, ["#", "DETECTED", "AFTER", "WORKLOAD", "SIGNAL", "LASTED", "END", "CAUSE", "CONFIDENCE", "WOULD"], report.Incidents.Select(Row));
            await output.WriteLineAsync();
            foreach (var (index, incident) in report.Incidents.Index())
            {
                await WhyAsync(output, index + 1, incident);
            }
        }

        await SummarizeAsync(output, report);
    }

    private static string?[] Row(ReportIncident incident, int index) =>
    [
        (index + 1).ToString(CultureInfo.InvariantCulture),
        Terminal.Time(incident.DetectedAt),
        Quantities.Format(incident.DetectedAt - incident.OnsetAt),
        incident.Workload,
        incident.Signal,
        Lasted(incident.DurationSeconds, incident.EndedAt),
        incident.Phase,
        incident.Cause,
        incident.Confidence > 0 ? Quantities.Format(incident.Confidence.Value) : null,
        incident.Would is not { } would ? null : would.Verdict == "Allow" ? would.Action : would.Action == "None" ? $"nothing: {would.Reason}" : $"not {would.Action}: {would.Reason}",
    ];

    private static async Task WhyAsync(TextWriter output, int number, ReportIncident incident)
    {
        await Line(output, $"{number}  {incident.Workload}: {incident.Signal}: {incident.Message}");
        if (incident.RolledOutAt is { } rolledOut)
        {
            await Line(output, $"   release {incident.Revision} began {Terminal.Time(rolledOut)}, trouble {Terminal.Time(incident.OnsetAt)}");
        }

        if (incident.HeldDownFrom is { } held)
        {
            await Line(output, $"   would have been opened {Terminal.Time(held)}: it flapped, and was held down until {Terminal.Time(incident.DetectedAt)}");
        }

        foreach (var finding in incident.Findings)
        {
            await Line(output, $"   {finding}");
        }

        foreach (var missing in incident.NotRead ?? [])
        {
            await Line(output, $"   not read: {missing}: cause, findings and action may be others");
        }

        if (incident.Would is { } would)
        {
            await Line(output, $"   would: {would.Action}: {would.Verdict}: {would.Message}{(would.GatesNotAsked.Count > 0 ? $"; not known: {string.Join(", ", would.GatesNotAsked)}" : "")}");
        }

        await Line(output, $"   {(incident.EndedAt is { } end ? $"ended {Terminal.Time(end)}" : "still open at the end of the history")}: {incident.Phase} ({incident.PhaseReason})");
    }

    private static async Task SummarizeAsync(TextWriter output, BacktestReport report)
    {
        var summary = report.Summary;
        if (report.Incidents.Count > 0)
        {
            await output.WriteLineAsync();
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{summary.Incidents} incidents ({summary.IncidentsPerWeek:0.##} a week), {summary.Dismissed} of them dismissed; an action would have been taken in {summary.WouldAct}{(summary.HeldDown > 0 ? $"; {summary.HeldDown} more held down, since their signals flapped" : "")}"));
        foreach (var (signal, count) in summary.BySignal)
        {
            await Line(output, $"  {signal}: {count}");
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{summary.UnknownShare * 100:0.##} % of the judgements were Unknown"));
        var unknown = from workload in report.Workloads
                      from signal in workload.Signals
                      where signal.Unknown * 10 > summary.Evaluations
                      orderby signal.Unknown descending
                      select $"  {workload.Workload} {signal.Signal}: {100.0 * signal.Unknown / summary.Evaluations:0} %, last: {signal.UnknownBecause}";
        foreach (var line in unknown.Take(10))
        {
            await Line(output, line);
        }

        foreach (var flapping in summary.Flapping)
        {
            await Line(output, string.Create(CultureInfo.InvariantCulture,
                $"Flaps: {flapping.Workload} {flapping.Signal}, since {Terminal.Time(flapping.Since)}: {flapping.Incidents} incidents, held down {flapping.HeldDown} times"));
        }

        await HeldAsync(output, report.HeldDown);

        await output.WriteLineAsync();
        await output.WriteLineAsync("Not known from history:");
        foreach (var line in report.NotKnown)
        {
            await Line(output, $"- {line}");
        }
    }

    private static async Task HeldAsync(TextWriter output, IReadOnlyList<ReportHold> held)
    {
        if (held.Count == 0)
        {
            return;
        }

        await output.WriteLineAsync();
        await Terminal.WriteTableAsync(output, ["HELD DOWN", "LASTED", "WORKLOAD", "SIGNAL", "SEEN"], held.Take(MostHeld).Select(hold => new[]
        {
            Terminal.Time(hold.HeldDownFrom), Lasted(hold.DurationSeconds, hold.EndedAt), hold.Workload, hold.Signal, hold.Message,
        }));
        if (held.Count > MostHeld)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"and {held.Count - MostHeld} more: --output json lists them all"));
        }
    }

    private static string Lasted(double seconds, DateTimeOffset? end) => Quantities.Format(TimeSpan.FromSeconds(seconds)) + (end is null ? "+" : "");

    private static Task Line(TextWriter output, string text) => output.WriteLineAsync(Terminal.Safe(text));
}
