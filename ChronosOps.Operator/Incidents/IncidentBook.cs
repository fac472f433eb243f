using System.Security.Cryptography;
using System.Text;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Incidents;

/// <summary>What the cached incidents tell: which are open, what was done, and what was rolled back.</summary>
public sealed class IncidentBook(Informer<Incident> informer)
{
    private const int NameLimit = 63;

    /// <summary>The incidents of a workload, oldest first.</summary>
    public IReadOnlyList<Incident> Of(WorkloadKey workload) =>
        [.. from incident in informer.Store.List(workload.Namespace)
            where incident.Spec.WorkloadRef.Name == workload.Name && incident.Spec.WorkloadRef.Kind == workload.Kind
            orderby incident.Metadata.CreationTimestamp, incident.Uid()
            select incident];

    /// <summary>The open incident of a workload.</summary>
    public Incident? OpenOf(WorkloadKey workload) => Of(workload).FirstOrDefault(IsOpen);

    /// <summary>All open incidents.</summary>
    public IReadOnlyList<Incident> Open() => [.. informer.Store.List().Where(IsOpen)];

    /// <summary>When actions were taken under a policy, one incident's attempt left out.</summary>
    public IReadOnlyList<DateTimeOffset> ActionTimes(string @namespace, string policy, string exceptKey) =>
        [.. from incident in informer.Store.List(@namespace)
            from action in incident.Status?.Actions ?? []
            where (action.Policy ?? incident.Status?.Policy) == policy && action.Key != exceptKey && action.State != ActionState.Refused && !action.IsReturn && action.PlannedAt is not null
            select action.PlannedAt!.Value];

    /// <summary>Other incidents with an action under way on the workload.</summary>
    public IReadOnlyList<string> UnderWay(WorkloadKey workload, string? exceptUid) =>
        [.. from incident in Of(workload)
            where incident.Uid() != exceptUid && incident.Status?.Phase is IncidentPhase.Acting or IncidentPhase.Verifying
            select incident.Name()];

    /// <summary>Other incidents, of any workload, whose added replicas are not all there yet: what they will take is not taken yet.</summary>
    public IReadOnlyList<string> ScalingUnderWay(string? exceptUid) =>
        [.. from incident in informer.Store.List()
            where incident.Uid() != exceptUid && incident.Status?.Phase is IncidentPhase.Acting or IncidentPhase.Verifying
            let last = incident.Status!.Actions.LastOrDefault()
            where last is { RolledOutAt: null } && last.ToReplicas > last.FromReplicas
            select $"{incident.Namespace()}/{incident.Name()}"];

    /// <summary>The revisions of a workload that were rolled back, each with the incident that did. An undone rollback does not count.</summary>
    public IReadOnlyDictionary<string, string> RolledBackFrom(WorkloadKey workload, string? workloadUid) =>
        (from incident in Of(workload)
         where incident.Status?.WorkloadUid == workloadUid
         let actions = incident.Status!.Actions
         where actions.All(action => action.Action != ActionNames.Undo || action.ToReplicas is not null)
         from action in actions
         where action is { FromRevision: not null, State: ActionState.Applied or ActionState.Succeeded or ActionState.Failed or ActionState.Inconclusive }
         group incident.Name() by action.FromRevision!)
        .ToDictionary(group => group.Key, group => group.Last());

    /// <summary>
    /// The name of a workload's next incident. It follows from the workload and its last incident, so that two processes, or one that was killed,
    /// cannot open two incidents for one trouble.
    /// </summary>
    public string NextName(WorkloadSnapshot workload)
    {
        var last = Of(workload.Key).LastOrDefault()?.Uid() ?? "";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{workload.Uid}/{last}")))[..8];
        var stem = workload.Key.Name.Length > NameLimit - 9 ? workload.Key.Name[..(NameLimit - 9)].TrimEnd('-', '.') : workload.Key.Name;
        return $"{stem}-{hash}";
    }

    private static bool IsOpen(Incident incident) => !incident.IsBeingDeleted() && !PhaseTable.IsEnd(incident.Status?.Phase);
}
