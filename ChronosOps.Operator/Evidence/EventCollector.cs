using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Evidence;

/// <summary>Kubernetes Events of the workload, its ReplicaSets and pods.</summary>
[EntityRbac(typeof(V1Event), Verbs = RbacVerb.List, Why = "evidence")]
public sealed class EventCollector(KubernetesClient client) : ICollector
{
    private const int Most = 50;
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(15);
    private readonly GenericClient<V1Event> _events = client.For(KubernetesResources.Events);

    public string Subject => "events";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var workload = bundle.Workload;
        var replicaSets = workload.Key.Kind == WorkloadKind.Deployment ? workload.Revisions.SelectMany(revision => revision.Holders) : [];
        var pods = workload.Pods.Select(pod => pod.Uid).ToHashSet();
        var names = workload.Pods.Select(pod => ("Pod", pod.Name))
            .Concat(replicaSets.Select(name => ("ReplicaSet", name)))
            .Append((workload.Key.Kind.ToString(), workload.Key.Name))
            .ToHashSet();
        var found = new List<EventFact>();
        await foreach (var one in _events.ListAllAsync(workload.Key.Namespace, null, cancellationToken).ConfigureAwait(false))
        {
            var time = one.LastTimestamp ?? one.Series?.LastObservedTime ?? one.EventTime ?? one.Metadata.CreationTimestamp;
            // A pod of a StatefulSet bears the name of the one before it.
            var another = one.InvolvedObject is { Kind: "Pod", Uid: { } uid } && !pods.Contains(uid);
            if (names.Contains((one.InvolvedObject.Kind ?? "", one.InvolvedObject.Name ?? "")) && !another && time > request.Now - Age)
            {
                found.Add(new EventFact(time, one.Type ?? "", one.Reason ?? "", $"{one.InvolvedObject.Kind}/{one.InvolvedObject.Name}", one.Message ?? "", one.Count ?? one.Series?.Count ?? 1));
            }
        }

        return bundle with { Events = [.. found.OrderByDescending(e => e.Time).Take(Most)] };
    }
}
