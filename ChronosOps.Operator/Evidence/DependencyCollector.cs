using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>How the workloads of the namespace are that the template names as hosts, that the workload declares, or calls to which fail or take longer by a service graph.</summary>
public sealed class DependencyCollector(WorkloadCatalog catalog, SignalBoard board, IncidentBook incidents, ServiceGraph graph) : ICollector
{
    private const int Most = 8;

    /// <summary>Seconds within which the kubelet says of a pod that was just made that it is not ready.</summary>
    private const int AtOnce = 5;

    public string Subject => "dependencies";

    public Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var key = bundle.Workload.Key;
        var named = catalog.NamedBy(bundle.Workload);
        var byRevision = bundle.Workload.Revisions.ToDictionary(revision => revision.Hash, revision => catalog.NamedBy(bundle.Workload with { Current = revision.Facts }));
        byRevision[bundle.Workload.Current.Revision] = named;
        var (rise, longer) = (RiseOf(request.Reading.Policy), LongerBy(request.Reading));
        var called = from other in catalog.In(key.Namespace)
                     where other.Key != key
                     let fails = graph.CallsFail(key, other.Key, bundle.OnsetAt, rise)
                     let slower = longer is { } seconds ? graph.CallsTakeLonger(key, other.Key, bundle.OnsetAt, seconds) : null
                     where fails || slower is not null || named.Contains(other.Key)
                     select Of(other, request.Now) with
                     {
                         CallsFail = fails,
                         SlowerCalls = slower,
                         IsDeclared = !named.Hosts.Contains(other.Key),
                         CalledBy = [.. byRevision.Where(one => one.Value.Contains(other.Key)).Select(one => one.Key)],
                     };
        return Task.FromResult(bundle with
        {
            Dependencies = [.. called.OrderByDescending(fact => fact.Trouble is not null).ThenByDescending(fact => fact.Doubt is not null).ThenByDescending(fact => fact.CallsAreWorse).Take(Most)],
            DeclaredNowhere = named.Nowhere,
        });
    }

    /// <summary>
    /// Pods that had been ready tell it themselves. Of those that never were the rollout that made them does, which may have ended the others long before it made one; without a rollout they replace others
    /// that ended as they were made. Null where there is none.
    /// </summary>
    internal static DateTimeOffset? NoneReadySince(WorkloadSnapshot other)
    {
        var pods = other.Pods.Where(pod => !pod.Deleting).ToList();
        return pods.Where(pod => pod.ReadyChangedAt > pod.CreatedAt.AddSeconds(AtOnce)).Max(pod => pod.ReadyChangedAt)
            ?? other.RollingSince ?? pods.Min(pod => (DateTimeOffset?)pod.CreatedAt);
    }

    /// <summary>By how much more calls must fail to explain errors: where the policy allows few requests to fail, half as much as that does.</summary>
    private static double RiseOf(EffectivePolicy policy) =>
        policy.Signals.Where(signal => signal is { Kind: SignalKind.ErrorRatio, HasThreshold: true }).Select(signal => signal.Threshold / 2).Append(ServiceGraph.LeastRise).Min();

    /// <summary>
    /// By how many seconds longer calls must take to explain the latency that fires: half of what the policy allows. Null where none fires, and where something is at its limits: what waits for a processor is
    /// late with its calls as well.
    /// </summary>
    private static double? LongerBy(WorkloadReading reading)
    {
        var firing = reading.Policy.Signals.Where(signal => reading.Of(signal.Name)?.State == SignalState.Firing).ToList();
        return firing.Exists(signal => signal.IsSaturation) ? null : firing.Where(signal => signal is { Kind: SignalKind.LatencyP95, HasThreshold: true }).Min(signal => (double?)signal.Threshold / 2);
    }

    private DependencyFact Of(WorkloadSnapshot other, DateTimeOffset now)
    {
        var reading = board.Find(other.Key);
        var incident = incidents.OpenOf(other.Key);
        var firing = reading?.Firing.FirstOrDefault();
        var isWell = reading is not null && other.RolloutComplete && reading.Signals.Any(signal => signal is { IsKubernetesSign: false, IsAlert: false }) && reading.Signals.All(signal => signal.State == SignalState.Healthy);
        var (trouble, since) = firing is not null ? ($"{firing.Signal}: {firing.Message}", firing.Since)
            : other.Replicas == 0 ? ("it is scaled to 0", null)
            : !other.Pods.Any(pod => pod.Ready) ? ("none of its pods is ready", NoneReadySince(other))
            : Sign(other, now) is { } sign ? ($"{sign.Signal}: {sign.Message}", sign.Since)
            : ((string?)null, (DateTimeOffset?)null);
        var (doubt, doubtSince) = Doubt(reading, firing, trouble is null ? incident?.Status : null);
        return new DependencyFact(
            other.Key.Reference, other.Key.Name, trouble, firing is { IsKubernetesSign: false }, since,
            other.Revisions.Count > 1 && !isWell ? other.RolloutStartedAt : null, other.Current.Revision, incident?.Name())
        {
            Doubt = doubt,
            DoubtSince = doubtSince,
        };
    }

    /// <summary>What is on its way to be trouble, fires besides, or was trouble and is not known to be over; the latest of it.</summary>
    private static (string? Doubt, DateTimeOffset? Since) Doubt(WorkloadReading? reading, SignalReading? firing, IncidentStatus? status) =>
        reading?.Signals.Where(signal => signal.State is SignalState.Pending or SignalState.Firing && signal != firing).MaxBy(signal => signal.Since) is { } bad ? ($"{bad.Signal}: {bad.Message}", bad.Since)
        : IncidentBook.IsIll(status) ? ("it has an open incident", status!.RecurredAt ?? status.OnsetAt ?? status.DetectedAt)
        : (null, null);

    /// <summary>The states of its pods, also where no policy covers it. They say nothing of requests while a good revision serves beside.</summary>
    private static SignalReading? Sign(WorkloadSnapshot other, DateTimeOffset now) => other.AvailableReplicas >= other.Replicas
        ? null
        : PodSigns.Judge(other, null, now).FirstOrDefault(sign => sign.State == SignalState.Firing);
}
