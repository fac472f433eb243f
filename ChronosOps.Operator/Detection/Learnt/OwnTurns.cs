using System.Collections.Concurrent;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>
/// In which order the own queries of the namespaces are read for what is usual, and for how long: one of a namespace after the other, some namespaces at once; in each step a namespace has a quarter of it, and all have
/// half, however many rounds there are in it. Who had no turn is the first of the next round.
/// </summary>
/// <param name="time">The time; null: for as long as it takes.</param>
/// <param name="step">The distance of the samples that are learnt.</param>
internal sealed class OwnTurns(TimeProvider? time, TimeSpan step)
{
    private const int NamespacesAtOnce = 4;
    private readonly ConcurrentDictionary<SeriesOrigin, string> _leftOut = new();

    /// <summary>How much of the step was spent by a namespace of a source, and with null by all of it.</summary>
    private readonly ConcurrentDictionary<(SeriesOrigin Origin, string? Namespace), TimeSpan> _spent = new();
    private DateTimeOffset _step;
    private int _round;

    private TimeSpan ForAll => step / 2;

    private TimeSpan ForEach => step / 4;

    /// <summary>Begins a round: in each namespace another query is the first.</summary>
    /// <param name="end">The last step that is read.</param>
    public void Begin(DateTimeOffset end)
    {
        _round = (_round + 1) & int.MaxValue;
        if (end != _step)
        {
            _step = end;
            _spent.Clear();
        }
    }

    /// <summary>Reads the queries of one source.</summary>
    /// <param name="origin">The source.</param>
    /// <param name="namespaces">The queries by namespace, in order of their names.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="tell">Takes why some were not read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ForEachAsync<T>(
        SeriesOrigin origin, IReadOnlyList<IGrouping<string, T>> namespaces, Func<T, CancellationToken, Task> read, Action<SeriesUnavailableException> tell, CancellationToken cancellationToken)
    {
        var first = _leftOut.TryRemove(origin, out var name) ? namespaces.Count(one => string.CompareOrdinal(one.Key, name) < 0) : 0;
        var (before, began) = (Spent(null), Now());
        string? leftOut = null;
        await AtOnce.ForEachAsync<IGrouping<string, T>>([.. Rotation.Of(namespaces, first)], NamespacesAtOnce, async (one, ct) =>
        {
            var (isFirst, mine, started) = (true, Spent(one.Key), Now());
            foreach (var query in Rotation.Of([.. one], _round))
            {
                var isOver = before + Since(began) >= ForAll;
                if (isOver || mine + Since(started) >= ForEach)
                {
                    leftOut ??= isOver && isFirst ? one.Key : null;
                    tell(new SeriesUnavailableException(SeriesReasons.Timeout, $"own queries of namespace {one.Key} are left for the next time, since own queries took too long") { WasNotAsked = true });
                    break;
                }

                await read(query, ct).ConfigureAwait(false);
                isFirst = false;
            }

            _spent[(origin, one.Key)] = mine + Since(started);
        }, cancellationToken).ConfigureAwait(false);
        _spent[(origin, null)] = before + Since(began);
        if (leftOut is not null)
        {
            _leftOut[origin] = leftOut;
        }

        TimeSpan Spent(string? of) => _spent.GetValueOrDefault((origin, of));
    }

    private long Now() => time?.GetTimestamp() ?? 0;

    private TimeSpan Since(long then) => time?.GetElapsedTime(then) ?? TimeSpan.Zero;
}
