namespace ChronosOps.Operator.Detection;

/// <summary>
/// How the namespaces of one query are spread over several queries, since one answer to all would be too large. What was learnt is kept for an hour; then, one cut at a time, it is
/// tried whether two parts go together again. Pure but for what it remembers; its owner locks.
/// </summary>
public sealed class ShardPlan
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>How long a namespace that is too large by itself is not asked for again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>The names at which a part begins.</summary>
    private readonly SortedDictionary<string, DateTimeOffset> _cuts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DateTimeOffset Until, SeriesUnavailableException Why)> _alone = new(StringComparer.Ordinal);

    /// <summary>In how many more parts than one.</summary>
    public int Cuts => _cuts.Count;

    /// <summary>Whether all namespaces are asked for together.</summary>
    public bool IsWhole => _cuts.Count == 0 && _alone.Count == 0;

    /// <summary>The parts to ask for, each in order of names, and why some are left out.</summary>
    public (List<List<string>> Parts, Dictionary<string, SeriesUnavailableException> LeftOut) Spread(IEnumerable<string> namespaces, DateTimeOffset now)
    {
        if (_cuts.Count > 0 && _cuts.MinBy(cut => cut.Value) is var (oldest, until) && until <= now)
        {
            _cuts.Remove(oldest);
        }

        var parts = new List<List<string>>();
        var leftOut = new Dictionary<string, SeriesUnavailableException>(StringComparer.Ordinal);
        var cuts = new Queue<string>(_cuts.Keys);
        foreach (var name in namespaces.Distinct().Order(StringComparer.Ordinal))
        {
            if (_alone.TryGetValue(name, out var alone) && now < alone.Until)
            {
                leftOut[name] = alone.Why;
                continue;
            }

            var isNext = parts.Count == 0;
            while (cuts.TryPeek(out var cut) && string.CompareOrdinal(cut, name) <= 0)
            {
                cuts.Dequeue();
                isNext = true;
            }

            if (isNext)
            {
                parts.Add([]);
            }

            parts[^1].Add(name);
        }

        return (parts, leftOut);
    }

    /// <summary>Divides a part that was too large, and remembers it.</summary>
    public (List<string> First, List<string> Second) Divide(List<string> part, DateTimeOffset now)
    {
        var half = part.Count / 2;
        _cuts[part[half]] = now + Kept;
        return (part[..half], part[half..]);
    }

    /// <summary>Remembers that a namespace is too large by itself.</summary>
    public void GiveUp(string name, SeriesUnavailableException why, DateTimeOffset now) => _alone[name] = (now + Pause, why);
}
