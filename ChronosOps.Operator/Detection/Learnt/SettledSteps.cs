using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>
/// Up to which step the series of each namespace have come in. A range query goes on showing the value before: what is learnt of a step whose samples come later is not what happened in it, and a step is
/// learnt once. So steps after the newest sample of a namespace are left to a later round, for an hour at most: after that its scrapes have ended.
/// </summary>
internal static class SettledSteps
{
    /// <summary>For so long what is late is waited for.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>For so long Prometheus shows the newest sample. Where it shows none, the hour is looked through at this distance.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromMinutes(5);

    /// <summary>Asks for the newest sample of some namespaces. Ask before their series are read, since more may come in between.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="origin">What names the source.</param>
    /// <param name="reader">Asks for many namespaces at once.</param>
    /// <param name="namespaces">The namespaces.</param>
    /// <param name="end">The last step that there could be.</param>
    /// <param name="step">The distance of the steps.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The last step that has come in, by namespace. A namespace of which it cannot be told is not there: all its steps count.</returns>
    public static async Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadAsync(
        ISeriesSource source, SeriesOrigin origin, SpannedReader reader, IReadOnlyList<string> namespaces, DateTimeOffset end, TimeSpan step, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var read = await reader.ReadAsync(source, origin, Freshness.Query, namespaces, new SeriesRange(end, end, step), now, cancellationToken).ConfigureAwait(false);
        var newest = Freshness.Read(read.Series);
        if (namespaces.Where(name => !newest.ContainsKey(name) && !read.Failures.ContainsKey(name)).ToList() is { Count: > 0 } silent)
        {
            var earlier = await reader.ReadAsync(source, origin, Freshness.Query, silent, new SeriesRange(end - LongestWait, end, LookBack), now, cancellationToken).ConfigureAwait(false);
            foreach (var (name, time) in Freshness.Read(earlier.Series))
            {
                newest[name] = time;
            }
        }

        return newest.ToDictionary(one => one.Key, one => Last(one.Value, end, step), StringComparer.Ordinal);
    }

    /// <summary>The last step that began before the newest sample, as an evaluation counts them, and none that is waited for too long.</summary>
    private static DateTimeOffset Last(DateTimeOffset newest, DateTimeOffset end, TimeSpan step)
    {
        var last = TimeGrid.Until(newest + step - TimeSpan.FromTicks(1), step, 1)[0];
        return last > end ? end : last < end - LongestWait ? end - LongestWait : last;
    }
}
