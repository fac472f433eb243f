using System.Globalization;
using System.Xml.Linq;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>A signal of one workload over time as SVG: what was judged, what was expected, the limit, incidents and what was held down as shaded spans, and where releases began. Pure.</summary>
internal static class SvgChart
{
    public static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private const double Left = 170;
    private const double Top = 14;
    private const double Width = Trace.Columns;
    private const double Height = 150;
    private const int Lines = 4;

    private static readonly TimeSpan[] Steps =
    [
        .. new[] { 1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600 }.Select(seconds => TimeSpan.FromSeconds(seconds)),
        .. new[] { 1, 2, 7, 14, 30, 60 }.Select(days => TimeSpan.FromDays(days)),
    ];

    /// <summary>The chart.</summary>
    /// <param name="tally">The signal.</param>
    /// <param name="incidents">When incidents that it fired in lasted; an open one to the end.</param>
    /// <param name="rollouts">When releases began.</param>
    /// <param name="held">When it fired and was held down.</param>
    public static XElement Draw(SignalTally tally, IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> incidents, IReadOnlyList<(DateTimeOffset At, string Revision)> rollouts,
        IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> held)
    {
        var trace = tally.Trace;
        var top = Ceiling(trace, tally.Signal);
        double X(DateTimeOffset time) => Left + (Width * Math.Clamp((time - trace.From) / (trace.To - trace.From), 0, 1));
        double Y(double value) => Top + Height - (Height * Math.Clamp(value / top, 0, 1));
        return new XElement(Svg + "svg",
            new XAttribute("viewBox", $"0 0 {N(Left + Width + 20)} {N(Top + Height + 46)}"),
            new XAttribute("role", "img"),
            new XElement(Svg + "title", $"{tally.Signal.Name}, {UnitOf(tally.Signal)}"),
            Spans("held", held, X),
            Spans("incident", incidents, X),
            Grid(tally.Signal, top, Y),
            Times(trace, X),
            Band(trace, Y),
            Values(trace, Y),
            Limit(tally.Signal, Y),
            rollouts.Where(rollout => rollout.At >= trace.From && rollout.At <= trace.To).Select(rollout => new XElement(Svg + "g",
                new XElement(Svg + "title", $"release {rollout.Revision}, {Terminal.Time(rollout.At)}"),
                Line("rollout", X(rollout.At), Top, X(rollout.At), Top + Height),
                new XElement(Svg + "path", Class("mark"), new XAttribute("d", $"M{N(X(rollout.At) - 4)} {N(Top)}h8l-4 7z")))),
            new XElement(Svg + "text", Class("axis"), new XAttribute("transform", $"translate(14 {N(Top + (Height / 2))}) rotate(-90)"), new XAttribute("text-anchor", "middle"), UnitOf(tally.Signal)),
            new XElement(Svg + "text", Class("axis"), At("x", Left + (Width / 2)), At("y", Top + Height + 40), new XAttribute("text-anchor", "middle"), "time (UTC)"));
    }

    private static IEnumerable<XElement> Spans(string name, IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> spans, Func<DateTimeOffset, double> x) =>
        spans.Select(span => new XElement(Svg + "rect", Class(name), At("x", x(span.From)), At("y", Top), At("width", Math.Max(1.5, x(span.To) - x(span.From))), At("height", Height)));

    /// <summary>What the vertical axis counts.</summary>
    internal static string UnitOf(EffectiveSignal signal) => signal.Kind switch
    {
        SignalKind.ErrorRatio => "requests failed, %",
        SignalKind.LatencyP95 => "p95 duration, ms",
        SignalKind.CpuSaturation => "CPU limit used, %",
        SignalKind.CpuThrottling => "periods throttled, %",
        SignalKind.MemorySaturation => "memory limit used, %",
        SignalKind.MemoryGrowth => "memory left used per hour, %",
        SignalKind.QueueLag => "records behind",
        _ => "value of the query",
    };

    /// <summary>A value in that unit.</summary>
    internal static double InUnit(EffectiveSignal signal, double value) => signal.Kind switch
    {
        SignalKind.ErrorRatio or SignalKind.CpuSaturation or SignalKind.CpuThrottling or SignalKind.MemorySaturation => value * 100,
        SignalKind.LatencyP95 => value * 1000,
        SignalKind.MemoryGrowth => value * 3600 * 100,
        _ => value,
    };

    /// <summary>A little above all that is drawn, so that each line of the grid is at a round value.</summary>
    private static double Ceiling(Trace trace, EffectiveSignal signal)
    {
        var most = trace.Values.Select(value => (double?)value?.Most).Concat(trace.Expected.Select(range => range?.High)).Append(signal.HasThreshold ? signal.Threshold : 0).OfType<double>().Max();
        var unit = InUnit(signal, 1);
        return most * unit is > 0 and < double.PositiveInfinity ? Round(most * unit * 1.02 / Lines) * Lines / unit : 1;
    }

    /// <summary>The next one of 1, 2, 2.5, 5, 10, 20, 25, …</summary>
    private static double Round(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return new[] { 1, 2, 2.5, 5, 10 }.First(step => step == 10 || value <= step * power) * power;
    }

    private static IEnumerable<XElement> Grid(EffectiveSignal signal, double top, Func<double, double> y) =>
        Enumerable.Range(0, Lines + 1).Select(k => top * k / Lines).SelectMany(value => new[]
        {
            Line("grid", Left, y(value), Left + Width, y(value)),
            new XElement(Svg + "text", Class("tick"), At("x", Left - 8), At("y", y(value) + 4), new XAttribute("text-anchor", "end"), InUnit(signal, value).ToString("0.######", CultureInfo.InvariantCulture)),
        });

    /// <summary>Round times, at most nine of them.</summary>
    private static IEnumerable<XElement> Times(Trace trace, Func<DateTimeOffset, double> x)
    {
        var step = Steps.First(step => step == Steps[^1] || (trace.To - trace.From) / step <= 8);
        var format = step >= TimeSpan.FromDays(1) ? "MM-dd" : step >= TimeSpan.FromMinutes(1) ? "MM-dd HH:mm" : "HH:mm:ss";
        for (var ticks = (trace.From.UtcTicks + step.Ticks - 1) / step.Ticks * step.Ticks; ticks <= trace.To.UtcTicks; ticks += step.Ticks)
        {
            var time = new DateTimeOffset(ticks, TimeSpan.Zero);
            yield return new XElement(Svg + "text", Class("tick"), At("x", x(time)), At("y", Top + Height + 18), new XAttribute("text-anchor", "middle"), time.ToString(format, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>From the least to the most of each column; columns without a value are left open.</summary>
    private static XElement Values(Trace trace, Func<double, double> y)
    {
        var path = new System.Text.StringBuilder();
        var open = false;
        foreach (var (column, value) in trace.Values.Index())
        {
            if (value is not { } known)
            {
                open = false;
                continue;
            }

            path.Append(open ? 'L' : 'M').Append(N(Left + column + 0.5)).Append(' ').Append(N(y(known.Least)));
            path.Append('V').Append(N(y(known.Most)));
            open = true;
        }

        return new XElement(Svg + "path", Class("value"), new XAttribute("d", path.Length > 0 ? path.ToString() : "M0 0"));
    }

    /// <summary>The range that was expected, a stretch for each time without a gap: along its upper end, and back along the lower one.</summary>
    private static XElement? Band(Trace trace, Func<double, double> y)
    {
        var path = new System.Text.StringBuilder();
        for (var from = 0; from < Trace.Columns; from++)
        {
            var to = from;
            while (to < Trace.Columns && trace.Expected[to] is not null)
            {
                to++;
            }

            if (to > from)
            {
                var upper = Enumerable.Range(from, to - from).Select(k => $"{N(Left + k)} {N(y(trace.Expected[k]!.High))}H{N(Left + k + 1)}");
                var lower = Enumerable.Range(from, to - from).Reverse().Select(k => $"L{N(Left + k + 1)} {N(y(trace.Expected[k]!.Low))}H{N(Left + k)}");
                path.Append('M').AppendJoin('L', upper).AppendJoin("", lower).Append('z');
                from = to;
            }
        }

        return path.Length == 0 ? null : new XElement(Svg + "path", Class("expected"), new XAttribute("d", path.ToString()));
    }

    private static XElement? Limit(EffectiveSignal signal, Func<double, double> y) =>
        signal.HasThreshold ? new XElement(Svg + "path", Class("limit"), new XAttribute("d", $"M{N(Left)} {N(y(signal.Threshold))}H{N(Left + Width)}")) : null;

    private static XElement Line(string name, double x1, double y1, double x2, double y2) => new(Svg + "line", Class(name), At("x1", x1), At("y1", y1), At("x2", x2), At("y2", y2));

    private static XAttribute Class(string name) => new("class", name);

    private static XAttribute At(string name, double value) => new(name, N(value));

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
