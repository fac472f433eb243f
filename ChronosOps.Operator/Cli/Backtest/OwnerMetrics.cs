using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>Whose pods were, by what kube-state-metrics says; where Prometheus has it, it knows better than names do.</summary>
internal sealed class OwnerMetrics
{
    private static readonly TimeSpan Step = TimeSpan.FromHours(1);
    private readonly WorkloadKind _kind;
    private readonly Dictionary<string, (string Kind, string Name)> _pods = [];
    private readonly Dictionary<string, (string Kind, string Name)> _replicaSets = [];

    private OwnerMetrics(WorkloadKind kind) => _kind = kind;

    /// <summary>Whether there is anything.</summary>
    public bool IsThere => _pods.Count > 0;

    /// <summary>Reads the owners of all pods of the policy's namespace.</summary>
    public static async Task<OwnerMetrics> ReadAsync(ISeriesSource source, EffectivePolicy policy, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var owners = new OwnerMetrics(policy.WorkloadKind);
        await ReadAsync(source, "pod", policy.Namespace, owners._pods, from, to, cancellationToken);
        await ReadAsync(source, "replicaset", policy.Namespace, owners._replicaSets, from, to, cancellationToken);
        return owners;
    }

    /// <summary>Whose a pod was; null where that is not told.</summary>
    public PodOwner? OwnerOf(string pod)
    {
        if (!_pods.TryGetValue(pod, out var owner))
        {
            return null;
        }

        if (_kind != WorkloadKind.Deployment)
        {
            return owner.Kind == _kind.ToString() ? new PodOwner(owner.Name, null) : PodOwner.Other;
        }

        return owner.Kind != "ReplicaSet" ? PodOwner.Other
            : !_replicaSets.TryGetValue(owner.Name, out var above) ? null
            : above.Kind == "Deployment" && owner.Name.StartsWith(above.Name + "-", StringComparison.Ordinal) ? new PodOwner(above.Name, owner.Name[(above.Name.Length + 1)..])
            : PodOwner.Other;
    }

    private static async Task ReadAsync(
        ISeriesSource source, string what, string @namespace, Dictionary<string, (string Kind, string Name)> owners, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var query = $"group by ({what}, owner_kind, owner_name) (last_over_time(kube_{what}_owner{{namespace=\"{@namespace}\",owner_is_controller=\"true\"}}[1h]))";
        foreach (var series in await source.QueryRangeAsync(query, from, to + Step, Step, cancellationToken))
        {
            if (series.Labels.TryGetValue(what, out var name) && series.Labels.TryGetValue("owner_kind", out var kind) && series.Labels.TryGetValue("owner_name", out var owner))
            {
                owners[name] = (kind, owner);
            }
        }
    }
}
