using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Incidents;

/// <summary>An incident of a workload that is ill by its own evidence.</summary>
/// <param name="Incident">Its name.</param>
/// <param name="Workload">Its workload.</param>
/// <param name="Onset">When its trouble began.</param>
/// <param name="Suffers">Whether its own diagnosis blames what it calls.</param>
public sealed record IllWorkload(string Incident, WorkloadKey Workload, DateTimeOffset Onset, bool Suffers = false);

/// <summary>One incident as a part of a chain of calls.</summary>
/// <param name="Origin">The ill workload that its trouble likely comes from; null where that is none but itself.</param>
/// <param name="IsOrigin">Whether that of others likely comes from it.</param>
/// <param name="Related">The others, the most telling first.</param>
public sealed record ChainPlace(IllWorkload? Origin, bool IsOrigin, IReadOnlyList<RelatedRecord> Related)
{
    /// <summary>Not part of any.</summary>
    public static ChainPlace Alone { get; } = new(null, false, []);
}

/// <summary>
/// Finds where the trouble of several workloads that call each other likely comes from: from the deepest one, which calls no other that is ill. A callee that fell ill
/// later than its caller is not blamed for it, nor one with whose illness the caller had got along for long. Of those that call each other in a circle it is the first to fall ill whose own diagnosis blames no other. Pure.
/// </summary>
public sealed class CallChain
{
    /// <summary>More are not looked at: the first to fall ill tell most.</summary>
    public const int Most = 64;

    /// <summary>Trouble travels fast, and the two are not measured at the same moment.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    /// <summary>Who was well for so long beside what it calls does not fall ill of that.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly IReadOnlyList<IllWorkload> _ill;
    private readonly CallSource?[,] _calls;
    private readonly List<bool[]> _reach;

    /// <summary>Makes the chain.</summary>
    /// <param name="ill">What is ill, one entry for each workload.</param>
    /// <param name="calls">How it is known that the first one calls the second; null where it is not.</param>
    public CallChain(IReadOnlyList<IllWorkload> ill, Func<IllWorkload, IllWorkload, CallSource?> calls)
    {
        _ill = [.. ill.OrderBy(one => one.Onset).ThenBy(one => one.Incident, StringComparer.Ordinal)];
        _calls = new CallSource?[_ill.Count, _ill.Count];
        for (var caller = 0; caller < _ill.Count; caller++)
        {
            for (var callee = 0; callee < _ill.Count; callee++)
            {
                _calls[caller, callee] = caller != callee && _ill[callee].Onset - _ill[caller].Onset <= Slack && _ill[caller].Onset - _ill[callee].Onset <= Long ? calls(_ill[caller], _ill[callee]) : null;
            }
        }

        _reach = [.. Enumerable.Range(0, _ill.Count).Select(Reach)];
    }

    /// <summary>The place of an incident in it.</summary>
    public ChainPlace Of(string incident)
    {
        var self = Enumerable.Range(0, _ill.Count).FirstOrDefault(k => _ill[k].Incident == incident, -1);
        if (self < 0)
        {
            return ChainPlace.Alone;
        }

        var origin = OriginOf(self);
        var related = from other in Enumerable.Range(0, _ill.Count)
                      where other != self && (_reach[self][other] || _reach[other][self])
                      orderby other != origin, (_calls[self, other] ?? _calls[other, self]) is null, other
                      select Record(self, other, other == origin);
        var callers = Enumerable.Range(0, _ill.Count).Where(other => other != self && _reach[other][self]);
        return new ChainPlace(origin == self ? null : _ill[origin], origin == self && callers.Any(other => OriginOf(other) == self), [.. related]);
    }

    /// <summary>The first to fall ill of those that are reached and from which nothing else is reached that does not lead back.</summary>
    private int OriginOf(int self) =>
        Enumerable.Range(0, _ill.Count)
            .Where(k => (k == self || _reach[self][k]) && Enumerable.Range(0, _ill.Count).All(next => !_reach[k][next] || _reach[next][k]))
            .OrderBy(k => _ill[k].Suffers)
            .First();

    private bool[] Reach(int from)
    {
        var (seen, open) = (new bool[_ill.Count], new Stack<int>([from]));
        while (open.TryPop(out var next))
        {
            for (var callee = 0; callee < _ill.Count; callee++)
            {
                if (_calls[next, callee] is not null && !seen[callee])
                {
                    seen[callee] = true;
                    open.Push(callee);
                }
            }
        }

        return seen;
    }

    private RelatedRecord Record(int self, int other, bool isOrigin)
    {
        var (down, up) = (_calls[self, other], _calls[other, self]);
        return new RelatedRecord
        {
            Incident = _ill[other].Incident,
            Workload = $"{_ill[other].Workload.Kind}/{_ill[other].Workload.Name}",
            Relation = down is not null ? IncidentRelation.Calls
                : up is not null && !isOrigin ? IncidentRelation.CalledBy
                : _reach[self][other] ? IncidentRelation.CallsIndirectly
                : IncidentRelation.CalledByIndirectly,
            KnownBy = down ?? (isOrigin ? null : up),
            LikelyOrigin = isOrigin,
        };
    }

    /// <summary>A link in words.</summary>
    public static string Say(RelatedRecord link)
    {
        var relation = link.Relation switch
        {
            IncidentRelation.Calls => "calls",
            IncidentRelation.CallsIndirectly => "calls through others",
            IncidentRelation.CalledBy => "is called by",
            _ => "is called through others by",
        };
        return $"{relation} {link.Workload}, incident {link.Incident}{(link.LikelyOrigin == true ? ", the likely origin" : "")}{(link.KnownBy == CallSource.ServiceGraph ? " (service graph)" : "")}";
    }
}
