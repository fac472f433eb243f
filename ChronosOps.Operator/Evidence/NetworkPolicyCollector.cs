using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;

namespace ChronosOps.Operator.Evidence;

/// <summary>The NetworkPolicies that select the workload's pods and are new, or were changed of late. Those that have been as they are for long explain nothing.</summary>
[EntityRbac(typeof(V1NetworkPolicy), Verbs = RbacVerb.Get | RbacVerb.List, Why = "whether one that was just changed shuts a workload's pods off")]
public sealed class NetworkPolicyCollector(KubernetesClient client) : ICollector
{
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(10);
    private const int Most = 8;

    public string Subject => "network policies";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var space = bundle.Workload.Key.Namespace;
        var found = new List<NetworkPolicyFact>();
        var policies = client.For(KubernetesResources.NetworkPolicies);
        await foreach (var policy in policies.ListAllAsync(space, null, cancellationToken).ConfigureAwait(false))
        {
            if (policy.Spec.PodSelector.Matches(bundle.Workload.Current.Labels) && found.Count < Most)
            {
                // The list has no managedFields.
                var live = await client.ReadMetadataAsync(KubernetesResources.NetworkPolicies.Path(space, policy.Name()), cancellationToken).ConfigureAwait(false);
                var created = policy.Metadata.CreationTimestamp;
                found.Add(new NetworkPolicyFact(policy.Name(), policy.Spec.PolicyTypes ?? ["Ingress"], created, FieldChanges.Last(live, "f:spec") ?? new FieldChange(created ?? DateTimeOffset.MinValue, null)));
            }
        }

        return bundle with { NetworkPolicies = [.. found.Where(fact => fact.LastChange.At >= request.OnsetAt - Before)] };
    }
}
