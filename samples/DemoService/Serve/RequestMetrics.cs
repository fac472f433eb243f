namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>Counts every request exactly once, with its duration.</summary>
internal sealed class RequestMetrics
{
    private static readonly HashSet<string> KnownMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    private readonly Durations<SeriesKey> durations = new();

    // A label value that a caller can choose freely would let it create series without end.
    public void Observe(int status, string method, string route, TimeSpan duration) =>
        durations.Observe(new SeriesKey(status, KnownMethods.Contains(method) ? method : "_OTHER", route), duration);

    public IReadOnlyList<(SeriesKey Key, DurationSnapshot Values)> Read() =>
    [
        .. durations.Read()
            .OrderBy(entry => entry.Key.Route, StringComparer.Ordinal)
            .ThenBy(entry => entry.Key.Method, StringComparer.Ordinal)
            .ThenBy(entry => entry.Key.Status),
    ];

    internal readonly record struct SeriesKey(int Status, string Method, string Route);
}
