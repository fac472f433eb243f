using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>Other watched workloads of the namespace that fell ill with this one, and neither by a release of their own nor because they call it.</summary>
public sealed class FellIllTooCollector(WorkloadCatalog catalog, SignalBoard board, ServiceGraph graph) : ICollector
{
    private const int Most = 8;

    /// <summary>Two are not measured at the same moment.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    /// <summary>What was released so shortly before it fell ill may be ill of that.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    public string Subject => "other ill workloads";

    public Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var key = bundle.Workload.Key;
        var ill = (from reading in board.All()
                   let other = reading.Workload
                   where other.Key.Namespace == key.Namespace && other.Key != key && !other.IsBatch
                   where IllSince(reading) is { } since && (since - bundle.OnsetAt).Duration() <= Slack
                   where other.Revisions.Count < 2 || bundle.OnsetAt - other.RolloutStartedAt > Recent
                   orderby other.Key.Name
                   select other.Key).ToList();
        return Task.FromResult(ill.Count < 2 ? bundle : bundle with { FellIllToo = [.. NotCalling(key, bundle.OnsetAt, ill).Select(other => other.Name).Take(Most)] });
    }

    /// <summary>Those that do not call a workload, not through others either, as far as templates, annotations and failed calls tell.</summary>
    private List<WorkloadKey> NotCalling(WorkloadKey key, DateTimeOffset onset, List<WorkloadKey> all)
    {
        var inSpace = catalog.In(key.Namespace);
        var (calling, open) = (new HashSet<WorkloadKey> { key }, new Stack<WorkloadKey>([key]));
        var callees = inSpace.ToDictionary(one => one.Key, one => catalog.NamedBy(one));
        while (open.TryPop(out var called))
        {
            foreach (var caller in inSpace.Where(one => callees[one.Key].Contains(called) || graph.CallsFail(one.Key, called, onset)).Select(one => one.Key).Where(calling.Add))
            {
                open.Push(caller);
            }
        }

        return [.. all.Where(other => !calling.Contains(other))];
    }

    /// <summary>Since when anything of it is beyond its limit; null where nothing is.</summary>
    private static DateTimeOffset? IllSince(WorkloadReading reading) =>
        reading.Signals.Where(signal => signal is { State: SignalState.Firing or SignalState.Pending, IsAlert: false }).Min(signal => signal.Since);
}
