using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli;

/// <summary>Reads what <c>chronosops status</c> tells. What somebody may not see does not hide the rest.</summary>
internal sealed class StatusReader(KubernetesClient client, string? ns, DateTimeOffset now)
{
    private const string Waits = "Wait";
    private readonly Dictionary<string, string> _unseen = [];

    public async Task<StatusReport> ReadAsync(IReadOnlyList<ObjectKey> controls, CancellationToken ct)
    {
        var installed = await ListAsync("Operator", client.For(KubernetesResources.Deployments), null, ct, ControlOptions.Installed);
        List<StopReport> stops = [];
        foreach (var map in controls)
        {
            stops.Add(new StopReport(map.Namespace!, map.Name, await new EmergencyStop(client, map.Namespace!, map.Name).IsOnAsync(ct)));
        }

        var policies = await ListAsync("Policies", client.For(ApiResources.Policies), ns, ct);
        var open = (await ListAsync("Open incidents", client.For(ApiResources.Incidents), ns, ct))?.Where(incident => !PhaseTable.IsEnd(incident.Status?.Phase)).ToList();
        return new StatusReport
        {
            Namespace = ns,
            Operators = installed is null ? null : [.. installed.Select(one => new InstalledOperator(one.Namespace() ?? "", one.Name(), one.Status?.ReadyReplicas ?? 0, one.Spec.Replicas ?? 1))],
            EmergencyStops = stops,
            Storms = policies is null ? null : [.. Storms(policies, open ?? [])],
            Policies = policies is null ? null : Policies(policies),
            OpenIncidents = open is null ? null : [.. open.OrderBy(incident => incident.Key().ToString(), StringComparer.Ordinal).Select(Open)],
            HeldWorkloads = await HeldAsync(ct),
            Unseen = _unseen,
        };
    }

    private async Task<List<T>?> ListAsync<T>(string what, GenericClient<T> kind, string? @namespace, CancellationToken ct, string? labels = null)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            return await kind.ListAllAsync(@namespace, new ListOptions { LabelSelector = labels }, ct).ToListAsync(ct);
        }
        catch (KubernetesException refused) when (refused.IsForbidden)
        {
            _unseen[what] = $"you may not list them: {refused.Message}";
            return null;
        }
    }

    /// <summary>As the operator tells it in the condition of every policy that it holds: it alone knows its limits, and how many workloads it watches.</summary>
    private static IEnumerable<StormReport> Storms(List<RemediationPolicy> policies, List<Incident> open) =>
        from policy in policies
        let storm = Condition(policy, "Storm")
        where storm is { Status: "True" }
        group policy.Namespace() by storm.Message into held
        let ill = open.Where(incident => held.Contains(incident.Namespace())).ToList()
        select new StormReport(held.Key ?? "", held.Count(), ill.Count, ill.DistinctBy(Workload).Count(), ill.Count(IsWithheld));

    private static (string? Namespace, WorkloadKind Kind, string Name) Workload(Incident incident) => (incident.Namespace(), incident.Spec.WorkloadRef.Kind, incident.Spec.WorkloadRef.Name);

    private static bool IsWithheld(Incident incident) =>
        incident.Status is { Phase: IncidentPhase.Deciding, Decisions: [.., var last] } && last.Gates.Exists(gate => gate is { Gate: "Storm", Verdict: Waits });

    private static PolicyReport Policies(List<RemediationPolicy> policies) => new(
        policies.Count,
        policies.Count(policy => policy.Spec.Mode == PolicyMode.Observe),
        policies.Count(policy => policy.Spec.Mode == PolicyMode.DryRun),
        [.. from policy in policies
            let ready = Condition(policy, "Ready")
            where ready is not { Status: "True" }
            select new PolicyRemark(policy.Namespace() ?? "", policy.Name(), ready?.Message ?? "the operator has not taken it up as it is now")],
        [.. from policy in policies
            where Condition(policy, "SignalsFlapping") is { Status: "True" }
            select new PolicyRemark(policy.Namespace() ?? "", policy.Name(), Condition(policy, "SignalsFlapping")!.Message)]);

    /// <summary>Of the policy as it is now, not as it was before the last change.</summary>
    private static V1Condition? Condition(RemediationPolicy policy, string type) =>
        (policy.Status?.Conditions ?? []).GetCondition(type) is { } condition && condition.ObservedGeneration == policy.Metadata.Generation ? condition : null;

    private static OpenIncident Open(Incident incident) => new(
        incident.Namespace() ?? "", incident.Name(), incident.Status?.Phase?.ToString(), incident.Status?.Origin, incident.Status?.Related.Count ?? 0, incident.Status?.Message ?? incident.Spec.Summary);

    private async Task<IReadOnlyList<HeldWorkload>> HeldAsync(CancellationToken ct)
    {
        List<HeldWorkload> held = [];
        foreach (var (kind, type) in WorkloadKinds.Metadata.Where(entry => !WorkloadKinds.IsBatch(entry.Key)))
        {
            held.AddRange(from workload in await ListAsync($"Held {kind}s", client.For(type), ns, ct) ?? []
                          let hold = Hold.Of(workload.Metadata.Annotations ?? [], now)
                          where hold is { IsHeld: true }
                          select new HeldWorkload(kind.ToString(), workload.Namespace() ?? "", workload.Name(), hold.Message));
        }

        return held;
    }
}
