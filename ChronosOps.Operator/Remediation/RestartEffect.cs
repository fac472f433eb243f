using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;

namespace ChronosOps.Operator.Remediation;

/// <summary>Restarts one pod by evicting it: its owner makes a new one.</summary>
[EntityRbac(typeof(V1Pod), Verbs = RbacVerb.Get, Why = "whether the pod that is to be restarted is still the one that was judged")]
[EntityRbac(typeof(V1Pod), Subresource = "eviction", Verbs = RbacVerb.Create, Why = "the restart, one eviction of one pod of a workload that a policy with Restart in its ladder selects; never delete")]
public sealed class RestartEffect(KubernetesClient client) : IEffect
{
    /// <summary>The server's own words where it refuses with 500, for good.</summary>
    private const string SeveralBudgets = "more than one PodDisruptionBudget";
    private readonly GenericClient<V1Pod> _pods = client.For(KubernetesResources.Pods);

    /// <inheritdoc/>
    public async Task<EffectOutcome> ObserveAsync(string @namespace, string name, ActionRecord action, CancellationToken cancellationToken)
    {
        var live = await _pods.FindNamespacedAsync(@namespace, action.TargetPod ?? "", cancellationToken).ConfigureAwait(false);
        var state = RestartPlan.Observe(action, live);
        return new EffectOutcome(state, state == EffectState.InPlace ? $"pod {action.TargetPod} with UID {action.TargetPodUid} is gone or on its way" : $"pod {action.TargetPod} is there");
    }

    /// <inheritdoc/>
    public async Task<EffectOutcome> ApplyAsync(Permit permit, string @namespace, string name, ActionRecord action, string? hold, CancellationToken cancellationToken)
    {
        permit.Require(action.Key);
        try
        {
            var eviction = RestartPlan.Eviction(action, await VersionAsync(cancellationToken).ConfigureAwait(false));
            await client.SendAsync(HttpMethod.Post, $"{KubernetesResources.Pods.Path(@namespace, action.TargetPod!)}/eviction?fieldManager={ApiGroup.FieldManager}", eviction, ct: cancellationToken).ConfigureAwait(false);
            return new EffectOutcome(EffectState.InPlace, $"the API server accepted the eviction of pod {action.TargetPod}");
        }
        catch (KubernetesException e) when (!e.IsOutcomeUnknown || e.Message.Contains(SeveralBudgets, StringComparison.Ordinal))
        {
            return new EffectOutcome(e.IsTooManyRequests ? EffectState.HeldOff : EffectState.NotInPlace, $"the API server refused the eviction: {e.Message}");
        }
    }

    /// <summary>An eviction leaves nothing behind.</summary>
    public Task<bool> SettleAsync(string @namespace, string name, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>What kubectl drain asks, too: evictions are policy/v1 since Kubernetes 1.22, and v1beta1 before.</summary>
    private async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        var core = await client.SendAsync(HttpMethod.Get, "/api/v1", ct: cancellationToken).ConfigureAwait(false);
        var eviction = (core?["resources"] as JsonArray)?.FirstOrDefault(resource => (string?)resource?["name"] == "pods/eviction");
        return (string?)eviction?["version"] ?? "v1";
    }
}
