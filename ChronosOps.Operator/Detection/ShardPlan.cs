using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>What one query of several is for.</summary>
/// <param name="Namespaces">The namespaces, in order of names.</param>
/// <param name="Pods">Of which pods of the one namespace; null for all.</param>
public sealed record ShardPart(IReadOnlyList<string> Namespaces, PodEnding? Pods = null)
{
    /// <summary>Whether less can be asked for at once.</summary>
    public bool MayBeDivided => Namespaces.Count > 1 || (Pods ?? PodEnding.Any).Middle is not null;
}

/// <summary>
/// How one query is spread over several, since one answer to all would be too large: by namespaces first, and one that is too large by itself by how its pods' names end. What was learnt
/// is kept for an hour; then, one cut at a time, it is tried whether two parts go together again. Pure but for what it remembers; its owner locks.
/// </summary>
public sealed class ShardPlan
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>How long a namespace that cannot be divided any further is not asked for again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>Where a part begins: at a namespace, or, with a place among the characters of names, within it.</summary>
    private readonly SortedDictionary<(string Namespace, int Pod), DateTimeOffset> _cuts = new(
        Comparer<(string Namespace, int Pod)>.Create((a, b) => string.CompareOrdinal(a.Namespace, b.Namespace) is var order and not 0 ? order : a.Pod.CompareTo(b.Pod)));

    private readonly Dictionary<string, (DateTimeOffset Until, SeriesUnavailableException Why)> _alone = new(StringComparer.Ordinal);

    /// <summary>Whether all namespaces are asked for together.</summary>
    public bool IsWhole => _cuts.Count == 0 && _alone.Count == 0;

    /// <summary>The parts to ask for, and why some namespaces are left out.</summary>
    public (List<ShardPart> Parts, Dictionary<string, SeriesUnavailableException> LeftOut) Spread(IEnumerable<string> namespaces, DateTimeOffset now)
    {
        if (_cuts.Count > 0 && _cuts.MinBy(cut => cut.Value) is var (oldest, until) && until <= now)
        {
            _cuts.Remove(oldest);
        }

        foreach (var name in _alone.Where(one => one.Value.Until <= now).Select(one => one.Key).ToList())
        {
            _alone.Remove(name);
        }

        var parts = new List<ShardPart>();
        var leftOut = new Dictionary<string, SeriesUnavailableException>(StringComparer.Ordinal);
        var cuts = new Queue<(string Namespace, int Pod)>(_cuts.Keys);
        List<string>? open = null;
        foreach (var name in namespaces.Distinct().Order(StringComparer.Ordinal))
        {
            if (_alone.TryGetValue(name, out var alone))
            {
                leftOut[name] = new SeriesUnavailableException(alone.Why.Reason, alone.Why.Message, alone.Why) { WasNotAsked = true };
                continue;
            }

            var within = new List<int>();
            while (cuts.TryPeek(out var cut) && string.CompareOrdinal(cut.Namespace, name) <= 0)
            {
                cuts.Dequeue();
                open = cut.Pod == 0 ? null : open;
                if (cut.Pod > 0 && cut.Namespace == name)
                {
                    within.Add(cut.Pod);
                }
            }

            if (within.Count > 0)
            {
                parts.AddRange(within.Prepend(PodEnding.Any.From).Zip(within.Append(PodEnding.Any.To), (from, to) => new ShardPart([name], new PodEnding(from, to))));
                continue;
            }

            if (open is null)
            {
                parts.Add(new ShardPart(open = []));
            }

            open.Add(name);
        }

        return (parts, leftOut);
    }

    /// <summary>Divides a part that was too large, and remembers it.</summary>
    /// <exception cref="InvalidOperationException">It cannot be.</exception>
    public (ShardPart First, ShardPart Second) Divide(ShardPart part, DateTimeOffset now)
    {
        if (part.Namespaces.Count > 1)
        {
            var half = part.Namespaces.Count / 2;
            _cuts[(part.Namespaces[half], 0)] = now + Kept;
            return (new([.. part.Namespaces.Take(half)]), new([.. part.Namespaces.Skip(half)]));
        }

        var pods = part.Pods ?? PodEnding.Any;
        var middle = pods.Middle ?? throw new InvalidOperationException("a part of pods whose names end alike cannot be divided");
        _cuts[(part.Namespaces[0], middle)] = now + Kept;
        return (part with { Pods = pods with { To = middle } }, part with { Pods = pods with { From = middle } });
    }

    /// <summary>Remembers that a namespace is too large however it is divided.</summary>
    public void GiveUp(string name, SeriesUnavailableException why, DateTimeOffset now) => _alone[name] = (now + Pause, why);
}
