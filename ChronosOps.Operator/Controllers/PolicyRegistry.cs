using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>A policy as it was found: valid, or with what is wrong with it.</summary>
public sealed record PolicyEntry(RemediationPolicy Object, EffectivePolicy? Effective, IReadOnlyList<FieldError> Errors);

/// <summary>The policies of the watched namespaces, each compiled once per generation.</summary>
public sealed class PolicyRegistry(Informer<RemediationPolicy> informer, WorkloadCatalog catalog, OriginRules? rules = null)
{
    private readonly Dictionary<string, (long Generation, EffectivePolicy? Policy, IReadOnlyList<FieldError> Errors)> _compiled = [];
    private readonly Lock _lock = new();

    /// <summary>All policies, valid or not, by namespace and name.</summary>
    public IReadOnlyList<PolicyEntry> All() =>
        [.. from policy in informer.Store.List()
            where !policy.IsBeingDeleted()
            orderby policy.Namespace(), policy.Name()
            select Entry(policy)];

    /// <summary>A valid policy by name.</summary>
    public EffectivePolicy? Find(string @namespace, string name) =>
        informer.Store.Get(@namespace, name) is { } policy && !policy.IsBeingDeleted() ? Entry(policy).Effective : null;

    /// <summary>The policy that governs a workload: the one that names it, otherwise the first by name that selects it.</summary>
    public EffectivePolicy? Governing(WorkloadSnapshot workload) =>
        (from entry in All()
         let policy = entry.Effective
         where policy is not null && policy.Selects(workload.Key.Kind, workload.Key.Namespace, workload.Key.Name, workload.Labels)
         orderby policy.WorkloadName is null, policy.Name
         select policy).FirstOrDefault();

    /// <summary>Every governed workload with its policy.</summary>
    public IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> Watched()
    {
        var governed = new Dictionary<WorkloadKey, (WorkloadSnapshot, EffectivePolicy)>();
        var policies = All().Select(entry => entry.Effective).OfType<EffectivePolicy>().OrderBy(policy => policy.WorkloadName is null).ThenBy(policy => policy.Name, StringComparer.Ordinal);
        foreach (var policy in policies)
        {
            foreach (var workload in catalog.SelectedBy(policy))
            {
                governed.TryAdd(workload.Key, (workload, policy));
            }
        }

        return [.. governed.Values];
    }

    private PolicyEntry Entry(RemediationPolicy policy)
    {
        lock (_lock)
        {
            var uid = policy.Uid() ?? "";
            if (!_compiled.TryGetValue(uid, out var known) || known.Generation != policy.Generation())
            {
                var (effective, errors) = PolicyCompiler.Compile(policy, rules);
                _compiled[uid] = known = (policy.Generation(), effective, errors);
            }

            return new PolicyEntry(policy, known.Policy, known.Errors);
        }
    }
}
