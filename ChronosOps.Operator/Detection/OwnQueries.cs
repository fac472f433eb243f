using System.Collections.Concurrent;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>A policy's own query, at some steps.</summary>
internal sealed record OwnQuery(string Namespace, string Query, SeriesRange Range);

/// <summary>What was answered to it: series, or why there are none.</summary>
internal sealed record OwnAnswer(PodIndex? Index, SeriesUnavailableException? Failure);

/// <summary>
/// Asks the policies' own queries: one of each namespace in turn, within a time and a size. What is beyond is told of that query alone. One that was too large is not asked for again for some minutes, so that
/// the others of its namespace have what is left, and the same ones at each evaluation. Thread-safe.
/// </summary>
/// <param name="sources">Where the series come from.</param>
/// <param name="limits">What the queries may take.</param>
internal sealed class OwnQueries(ISeriesSources sources, OwnQueryLimits limits)
{
    private const int AtATime = 8;

    /// <summary>Where several namespaces ask: whoever is slow leaves the others as many.</summary>
    private const int AtATimeOfOne = AtATime / 2;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<(SeriesOrigin Origin, string Namespace, string Query, TimeSpan Step), (DateTimeOffset Until, SeriesUnavailableException Why)> _tooLarge = new();
    private int _turn;

    /// <summary>Begins an evaluation: another namespace is the first.</summary>
    /// <param name="namespaces">How many have queries of their own.</param>
    /// <param name="now">The time.</param>
    /// <returns>What the queries of this evaluation share, whichever source they ask.</returns>
    public OwnShares Begin(int namespaces, DateTimeOffset now)
    {
        _turn = (_turn + 1) & int.MaxValue;
        foreach (var (key, pause) in _tooLarge)
        {
            if (pause.Until <= now)
            {
                _tooLarge.TryRemove(key, out _);
            }
        }

        return new OwnShares(limits, namespaces);
    }

    /// <summary>Asks one source.</summary>
    /// <param name="origin">The source.</param>
    /// <param name="queries">The queries.</param>
    /// <param name="shares">What they may take.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The answer to each.</returns>
    public async Task<IReadOnlyDictionary<OwnQuery, OwnAnswer>> AskAsync(
        SeriesOrigin origin, IReadOnlyList<OwnQuery> queries, OwnShares shares, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var result = new Dictionary<OwnQuery, OwnAnswer>();
        using var patience = new CancellationTokenSource(limits.Deadline, limits.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var waiting = new LinkedList<OwnQuery>(InTurn(queries, _turn));
        var ofOne = queries.All(one => one.Namespace == queries[0].Namespace) ? AtATime : AtATimeOfOne;
        var underWay = new List<(OwnQuery Query, Task<OwnAnswer> Answer)>();
        while (waiting.Count > 0 || underWay.Count > 0)
        {
            for (var (next, after) = (waiting.First, waiting.First?.Next); next is not null && underWay.Count < AtATime; (next, after) = (after, after?.Next))
            {
                if (underWay.Count(other => other.Query.Namespace == next.Value.Namespace) < ofOne)
                {
                    waiting.Remove(next);
                    underWay.Add((next.Value, AskAsync(origin, next.Value, shares, now, either.Token, cancellationToken)));
                }
            }

            await Task.WhenAny(underWay.Select(one => one.Answer)).ConfigureAwait(false);
            if (underWay.Exists(one => one.Answer.IsFaulted || one.Answer.IsCanceled))
            {
                await Task.WhenAll(underWay.Select(one => one.Answer)).ConfigureAwait(false);
            }

            foreach (var (query, answer) in underWay.Where(one => one.Answer.IsCompleted))
            {
                result[query] = await answer.ConfigureAwait(false);
            }

            underWay.RemoveAll(one => result.ContainsKey(one.Query));
        }

        return result;
    }

    /// <summary>
    /// The first query of each namespace, then the second, and so on, so that nobody waits for more queries of another namespace than it has itself. Once each namespace has begun, another query of each
    /// is the first.
    /// </summary>
    internal static IReadOnlyList<OwnQuery> InTurn(IReadOnlyList<OwnQuery> queries, int turn)
    {
        var namespaces = queries.GroupBy(one => one.Namespace).OrderBy(same => same.Key, StringComparer.Ordinal).ToList();
        return
        [
            .. Rotation.Of(namespaces, turn)
                .SelectMany(same => Rotation.Of([.. same], turn / namespaces.Count).Select((one, place) => (one, place)))
                .OrderBy(placed => placed.place)
                .Select(placed => placed.one),
        ];
    }

    private async Task<OwnAnswer> AskAsync(
        SeriesOrigin origin, OwnQuery one, OwnShares shares, DateTimeOffset now, CancellationToken untilDeadline, CancellationToken cancellationToken)
    {
        var key = (origin, one.Namespace, one.Query, one.Range.Step);
        if (_tooLarge.TryGetValue(key, out var pause) && now < pause.Until)
        {
            return new OwnAnswer(null, pause.Why);
        }

        try
        {
            untilDeadline.ThrowIfCancellationRequested();
            var series = await sources.OfOwnQueries(origin, one.Namespace).QueryRangeAsync(one.Query, one.Range.Start, one.Range.End, one.Range.Step, untilDeadline).ConfigureAwait(false);
            return shares.TryTake(one.Namespace, OwnShares.SizeOf(series))
                ? new OwnAnswer(new PodIndex(series, one.Namespace), null)
                : throw new SeriesUnavailableException(
                    SeriesReasons.TooLarge, $"the own queries of namespace {one.Namespace} give more than the {shares.Most / 1024} KiB that they may take together: narrow this one, or the others");
        }
        catch (SeriesUnavailableException e)
        {
            if (e.Reason == SeriesReasons.TooLarge)
            {
                _tooLarge[key] = (now + Pause, e);
            }

            return new OwnAnswer(null, e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new OwnAnswer(null, new SeriesUnavailableException(
                SeriesReasons.Timeout, $"the policies' own queries took longer than {Quantities.Format(limits.Deadline.TotalSeconds)} s together, and this one is not waited for")
            { WasNotAsked = true });
        }
    }
}
