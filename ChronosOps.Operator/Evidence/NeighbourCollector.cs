using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>Other workloads of the namespace that were released around the onset.</summary>
public sealed class NeighbourCollector(WorkloadCatalog catalog) : ICollector
{
    private const int Most = 8;
    private static readonly TimeSpan Around = TimeSpan.FromMinutes(15);

    public string Subject => "releases of neighbours";

    public Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(bundle with
        {
            Neighbours =
            [
                .. (from other in catalog.In(bundle.Workload.Key.Namespace)
                    where other.Key != bundle.Workload.Key && other.Revisions.Count > 1
                    where (bundle.OnsetAt - other.RolloutStartedAt).Duration() < Around
                    orderby (bundle.OnsetAt - other.RolloutStartedAt).Duration()
                    select new NeighbourFact(
                        other.Key.Reference, other.Key.Name, other.Current.Revision, other.RolloutStartedAt, other.RolloutComplete, other.Pods.Any(pod => !pod.Ready && !pod.Deleting))).Take(Most),
            ],
        });
}
