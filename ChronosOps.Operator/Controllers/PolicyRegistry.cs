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
    private readonly Dictionary<(string Uid, string ForUid), EffectivePolicy> _standingIn = [];
    private readonly Lock _lock = new();

    /// <summary>All policies, valid or not, by namespace and name.</summary>
    public IReadOnlyList<PolicyEntry> All()
    {
        List<PolicyEntry> all =
        [
            .. from policy in informer.Store.List()
               where !policy.IsBeingDeleted()
               orderby policy.Namespace(), policy.Name()
               select Entry(policy),
        ];
        Forget(all);
        return all;
    }

    /// <summary>A valid policy by name.</summary>
    public EffectivePolicy? Find(string @namespace, string name) =>
        informer.Store.Get(@namespace, name) is { } policy && !policy.IsBeingDeleted() ? Entry(policy).Effective : null;

    /// <summary>
    /// The policy that governs a workload: the one that names it, otherwise the first by name that selects it. Where that one is not valid, the next one stands in for it.
    /// </summary>
    public EffectivePolicy? Governing(WorkloadSnapshot workload)
    {
        RemediationPolicy? invalid = null;
        foreach (var (entry, _) in ByPrecedence().Where(one => one.Claim.Covers(workload.Key.Kind, workload.Key.Namespace, workload.Key.Name, workload.Labels)))
        {
            if (entry.Effective is { } policy)
            {
                return StandingIn(policy, invalid);
            }

            invalid ??= entry.Object;
        }

        return null;
    }

    /// <summary>Every governed workload with its policy.</summary>
    public IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> Watched()
    {
        var governed = new Dictionary<WorkloadKey, (WorkloadSnapshot, EffectivePolicy)>();
        var invalid = new Dictionary<WorkloadKey, RemediationPolicy>();
        foreach (var (entry, claim) in ByPrecedence())
        {
            foreach (var workload in catalog.SelectedBy(claim))
            {
                if (entry.Effective is { } policy)
                {
                    governed.TryAdd(workload.Key, (workload, StandingIn(policy, invalid.GetValueOrDefault(workload.Key))));
                }
                else
                {
                    invalid.TryAdd(workload.Key, entry.Object);
                }
            }
        }

        return [.. governed.Values];
    }

    /// <summary>All policies with what they claim; those first that name a workload, then by name. What claims nothing that can be read is left out.</summary>
    private IEnumerable<(PolicyEntry Entry, PolicyClaim Claim)> ByPrecedence() =>
        from entry in All()
        let claim = entry.Effective?.Claim ?? PolicyClaim.Of(entry.Object)
        where claim is not null
        orderby claim.Name is null
        select (entry, claim);

    /// <summary>The policy as it is in the place of another; the same object while it does not change, by which what it needs is told to be the same.</summary>
    private EffectivePolicy StandingIn(EffectivePolicy policy, RemediationPolicy? invalid)
    {
        if (invalid is null)
        {
            return policy;
        }

        lock (_lock)
        {
            var key = (policy.Uid, UidOf(invalid));
            return _standingIn.TryGetValue(key, out var known) && known.Generation == policy.Generation ? known : _standingIn[key] = policy with { StandsInFor = invalid.Name() };
        }
    }

    private PolicyEntry Entry(RemediationPolicy policy)
    {
        lock (_lock)
        {
            var uid = UidOf(policy);
            if (!_compiled.TryGetValue(uid, out var known) || known.Generation != policy.Generation())
            {
                var (effective, errors) = PolicyCompiler.Compile(policy, rules);
                _compiled[uid] = known = (policy.Generation(), effective, errors);
            }

            return new PolicyEntry(policy, known.Policy, known.Errors);
        }
    }

    /// <summary>Policies come and go, and with them what was made of them.</summary>
    private void Forget(List<PolicyEntry> all)
    {
        lock (_lock)
        {
            if (_compiled.Count <= all.Count)
            {
                return; // all that are there have just been compiled: so no other is
            }

            var there = all.Select(entry => UidOf(entry.Object)).ToHashSet();
            _compiled.Keys.Where(uid => !there.Contains(uid)).ToList().ForEach(uid => _compiled.Remove(uid));
            _standingIn.Keys.Where(key => !there.Contains(key.Uid) || !there.Contains(key.ForUid)).ToList().ForEach(key => _standingIn.Remove(key));
        }
    }

    private static string UidOf(RemediationPolicy policy) => policy.Uid() ?? "";
}
