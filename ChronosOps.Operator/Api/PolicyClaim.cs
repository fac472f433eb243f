using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Api;

/// <summary>Which workloads a policy names or selects. It keeps them also while something else in it is wrong.</summary>
/// <param name="Kind">The kind of the workloads.</param>
/// <param name="Namespace">Their namespace.</param>
/// <param name="Name">The one workload; null for any.</param>
/// <param name="Selector">What their labels must match; null for any.</param>
public sealed record PolicyClaim(WorkloadKind Kind, string Namespace, string? Name, V1LabelSelector? Selector)
{
    /// <summary>What a policy claims, as far as that can be read; null where neither name nor selector can. A selector that is wrong is left out where there is a name.</summary>
    public static PolicyClaim? Of(RemediationPolicy policy)
    {
        if ((policy.Spec.Unreadable is { } unreadable ? Read(unreadable.Written) : policy.Spec.Workloads) is not { } workloads)
        {
            return null;
        }

        var selector = PolicyCompiler.IsValid(workloads.Selector) ? workloads.Selector : null;
        return workloads.Name is null && selector is null ? null : new PolicyClaim(workloads.Kind, policy.Namespace() ?? "", workloads.Name, selector);
    }

    /// <summary>Whether the workload is among them.</summary>
    public bool Covers(WorkloadKind kind, string @namespace, string name, IReadOnlyDictionary<string, string>? labels) =>
        kind == Kind
        && @namespace == Namespace
        && (Name is null || Name == name)
        && (Selector is null || Selector.Matches(labels));

    private static WorkloadSelector? Read(JsonElement spec)
    {
        try
        {
            return spec.ValueKind == JsonValueKind.Object && spec.TryGetProperty("workloads", out var workloads) ? workloads.Deserialize(ChronosJson.Default.WorkloadSelector) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
