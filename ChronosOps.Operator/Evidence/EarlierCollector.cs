using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Evidence;

/// <summary>The last incident in which the revision before had the same trouble: a series that fires now fired then, and was well again before the current revision came, without an action of the operator.</summary>
public sealed class EarlierCollector(IncidentBook incidents) : ICollector
{
    /// <summary>What is older says little of now.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromHours(24);

    /// <summary>When an object was created is known to the second, and rounded down: an incident that ended within that second may have ended before.</summary>
    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(1);

    public string Subject => "earlier incidents";

    public Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var workload = bundle.Workload;
        var firing = bundle.Firing.Where(signal => !signal.IsKubernetesSign).Select(signal => signal.Signal).ToHashSet();
        var earlier = from incident in incidents.Of(workload.Key)
                      where incident.Status is { EndedAt: { } ended, Actions.Count: 0 } status && status.WorkloadUid == workload.Uid
                          && bundle.OnsetAt - ended <= Recent && ended < workload.RolloutStartedAt + Precision
                          && workload.Previous is { } previous && status.Suspect?.Hash == previous.Hash
                      let signal = incident.Status!.Signals.Find(record => firing.Contains(record.Name) && record.State == nameof(SignalState.Healthy))
                      where signal is not null
                      select new EarlierFact(incident.Name(), signal.Name, incident.Status!.EndedAt!.Value);
        return Task.FromResult(bundle with { Earlier = earlier.MaxBy(fact => fact.EndedAt) });
    }
}
