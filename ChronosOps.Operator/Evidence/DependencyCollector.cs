using ChronosOps.Kubernetes;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>How the workloads of the namespace are that the template names as hosts. A Service is taken to bear its workload's name.</summary>
public sealed class DependencyCollector(WorkloadCatalog catalog, SignalBoard board, IncidentBook incidents) : ICollector
{
    private const int Most = 8;

    public string Subject => "dependencies";

    public Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var hosts = bundle.Workload.Current.Hosts;
        var space = bundle.Workload.Key.Namespace;
        var named = hosts.Count == 0 ? [] : catalog.In(space).Where(other => other.Key != bundle.Workload.Key && hosts.Any(host => HostNames.IsOf(host, other.Key.Name, space)));
        return Task.FromResult(bundle with { Dependencies = [.. named.Select(other => Of(other, request.Now)).OrderByDescending(fact => fact.Trouble is not null).Take(Most)] });
    }

    private DependencyFact Of(WorkloadSnapshot other, DateTimeOffset now)
    {
        var reading = board.Find(other.Key);
        var firing = reading?.Firing.FirstOrDefault();
        var isWell = reading is not null && other.RolloutComplete && reading.Signals.Any(signal => !signal.IsKubernetesSign) && reading.Signals.All(signal => signal.State == SignalState.Healthy);
        var (trouble, since) = firing is not null ? ($"{firing.Signal}: {firing.Message}", firing.Since)
            : other.Replicas == 0 ? ("it is scaled to 0", null)
            : !other.Pods.Any(pod => pod.Ready) ? ("none of its pods is ready", null)
            : Sign(other, now) is { } sign ? ($"{sign.Signal}: {sign.Message}", sign.Since)
            : ((string?)null, (DateTimeOffset?)null);
        return new DependencyFact(
            other.Key.Reference, other.Key.Name, trouble, firing is { IsKubernetesSign: false }, since,
            other.Revisions.Count > 1 && !isWell ? other.RolloutStartedAt : null, other.Current.Revision, incidents.OpenOf(other.Key)?.Name());
    }

    /// <summary>The states of its pods, also where no policy covers it. They say nothing of requests while a good revision serves beside.</summary>
    private static SignalReading? Sign(WorkloadSnapshot other, DateTimeOffset now) => other.AvailableReplicas >= other.Replicas
        ? null
        : PodSigns.Judge(other, TimeSpan.FromMinutes(1), now).FirstOrDefault(sign => sign.State == SignalState.Firing);
}
