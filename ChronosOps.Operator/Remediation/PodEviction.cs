using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Remediation;

/// <summary>How one pod stands, and no other that bears its name.</summary>
public enum PodStand
{
    /// <summary>It is gone or on its way.</summary>
    Gone,

    /// <summary>It stays, and is ready.</summary>
    Ready,

    /// <summary>It stays, and is not ready.</summary>
    NotReady,
}

/// <summary>
/// Evicts single pods, each bound to its UID, so that it cannot happen twice. An eviction respects PodDisruptionBudgets and the pod's own grace, and
/// fails with a conflict where the pod is another by now (https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/).
/// </summary>
[EntityRbac(typeof(V1Pod), Verbs = RbacVerb.Get, Why = "whether the pod that is to be evicted is still the one that was judged")]
[EntityRbac(typeof(V1Pod), Subresource = "eviction", Verbs = RbacVerb.Create, Why = "the restart of a pod where the policy's ladder has Restart, and the pods that hold up the rollback of a StatefulSet; never delete")]
public sealed class PodEviction(KubernetesClient client)
{
    /// <summary>The server's own words where it refuses with 500, for good.</summary>
    private const string SeveralBudgets = "more than one PodDisruptionBudget";
    private readonly GenericClient<V1Pod> _pods = client.For(KubernetesResources.Pods);

    /// <summary>Looks at the pod.</summary>
    public async Task<PodStand> LookAsync(string @namespace, string name, string? uid, CancellationToken cancellationToken)
    {
        var live = await _pods.FindNamespacedAsync(@namespace, name, cancellationToken).ConfigureAwait(false);
        return live is null || live.Metadata.Uid != uid || live.Metadata.DeletionTimestamp is not null ? PodStand.Gone
            : live.Status?.Conditions?.Exists(condition => condition is { Type: "Ready", Status: "True" }) == true ? PodStand.Ready
            : PodStand.NotReady;
    }

    /// <summary>Evicts the pod.</summary>
    /// <returns>In place where it was accepted, held off where a budget stands against it for now, otherwise not in place.</returns>
    /// <exception cref="KubernetesException">It cannot be told what became of it.</exception>
    public async Task<EffectOutcome> EvictAsync(string @namespace, string name, string? uid, CancellationToken cancellationToken)
    {
        try
        {
            var eviction = Eviction(name, uid, await VersionAsync(cancellationToken).ConfigureAwait(false));
            await client.SendAsync(HttpMethod.Post, PathOf(@namespace, name), eviction, ct: cancellationToken).ConfigureAwait(false);
            return Accepted(name);
        }
        catch (KubernetesException e) when (IsRefusal(e))
        {
            return Refused(e);
        }
    }

    /// <summary>Asks whether the eviction would be accepted; nothing happens to the pod.</summary>
    /// <returns>As the eviction itself.</returns>
    public async Task<EffectOutcome> RehearseAsync(string @namespace, string name, string? uid, CancellationToken cancellationToken)
    {
        try
        {
            var eviction = Eviction(name, uid, await VersionAsync(cancellationToken).ConfigureAwait(false));
            await client.SendAsync(HttpMethod.Post, $"{PathOf(@namespace, name)}&dryRun=All", eviction, ct: cancellationToken).ConfigureAwait(false);
            return Accepted(name);
        }
        catch (KubernetesException e) when (IsRefusal(e))
        {
            return Refused(e);
        }
    }

    /// <summary>The eviction.</summary>
    /// <param name="pod">The pod's name.</param>
    /// <param name="uid">Its UID.</param>
    /// <param name="version">The version of the group policy that the server takes evictions in.</param>
    public static JsonObject Eviction(string pod, string? uid, string version) => new()
    {
        ["apiVersion"] = $"policy/{version}",
        ["kind"] = "Eviction",
        ["metadata"] = new JsonObject { ["name"] = pod },
        ["deleteOptions"] = new JsonObject { ["preconditions"] = new JsonObject { ["uid"] = uid } },
    };

    private static string PathOf(string @namespace, string name) => $"{KubernetesResources.Pods.Path(@namespace, name)}/eviction?fieldManager={ApiGroup.FieldManager}";

    private static EffectOutcome Accepted(string name) => new(EffectState.InPlace, $"the API server accepted the eviction of pod {name}");

    private static bool IsRefusal(KubernetesException e) => !e.IsOutcomeUnknown || e.Message.Contains(SeveralBudgets, StringComparison.Ordinal);

    private static EffectOutcome Refused(KubernetesException e) => new(e.IsTooManyRequests ? EffectState.HeldOff : EffectState.NotInPlace, $"the API server refused the eviction: {e.Message}");

    /// <summary>What kubectl drain asks, too: evictions are policy/v1 since Kubernetes 1.22, and v1beta1 before.</summary>
    private async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        var core = await client.SendAsync(HttpMethod.Get, "/api/v1", ct: cancellationToken).ConfigureAwait(false);
        var eviction = (core?["resources"] as JsonArray)?.FirstOrDefault(resource => (string?)resource?["name"] == "pods/eviction");
        return (string?)eviction?["version"] ?? "v1";
    }
}
