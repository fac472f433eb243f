using System.Security.Cryptography;
using System.Text;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Incidents;

/// <summary>What the cached incidents tell: which are open, what was done, and what was rolled back.</summary>
public sealed class IncidentBook
{
    private const int NameLimit = 63;

    /// <summary>By the workload, and by each alert that an incident knows: what is asked of one of many thousand incidents must not go through all.</summary>
    private const string ByWorkload = "workload";
    private const string ByAlert = "alert";

    /// <summary>The cause of what only suffers from something else.</summary>
    private const string Suffering = "DependencyFailure";

    /// <summary>What comes back later is told as something new.</summary>
    private static readonly TimeSpan Repeats = TimeSpan.FromHours(24);

    private readonly IStore<Incident> _store;

    /// <summary>Makes the book of the incidents in a cache. A cache has one book.</summary>
    public IncidentBook(Informer<Incident> informer)
    {
        informer.AddIndex(ByWorkload, incident => [IndexOf(WorkloadOf(incident))]);
        informer.AddIndex(ByAlert, incident => AlertAnnotations.FingerprintsOf(incident).Select(fingerprint => IndexOf(incident.Namespace(), fingerprint)));
        _store = informer.Store;
    }

    /// <summary>The incidents of a workload, oldest first.</summary>
    public IReadOnlyList<Incident> Of(WorkloadKey workload) => OldestFirst(_store.ByIndex(ByWorkload, IndexOf(workload)));

    /// <summary>The open incident of a workload. One that names what is not there is nobody's: it must not keep trouble from being seen.</summary>
    public Incident? OpenOf(WorkloadKey workload) => Of(workload).FirstOrDefault(IsLive);

    /// <summary>Whether an incident of a workload has waited for the policy that governs it by now, and is about to be taken up.</summary>
    public bool IsAboutToBeTakenUp(WorkloadKey workload, string policy) =>
        Of(workload).Any(incident => IsOpen(incident) && LeadsNowhere(incident.Status) && (incident.Spec.PolicyRef?.Name ?? policy) == policy);

    /// <summary>The incident that keeps the alerts of a workload: the open one, else the last. Null where there is none.</summary>
    public Incident? KeeperOf(WorkloadKey workload) => Keepers(Of(workload)).FirstOrDefault();

    /// <summary>
    /// The incident of a namespace that keeps an alert: an open one that knows it, or the last of a workload in which it waits for the next one. Of several the oldest; null where there is none.
    /// </summary>
    public Incident? KeeperOf(string @namespace, string fingerprint) =>
        OldestFirst(_store.ByIndex(ByAlert, IndexOf(@namespace, fingerprint))).FirstOrDefault(incident => Keeps(incident, fingerprint) && Keepers(Of(WorkloadOf(incident))).Any(keeper => keeper.Name() == incident.Name()));

    /// <summary>Whether an incident waits for a workload, or a policy, that it names and that is not there or does not govern.</summary>
    public static bool LeadsNowhere(IncidentStatus? status) => status is { Phase: IncidentPhase.Escalated, Reason: "WorkloadNotFound" or "PolicyNotFound" or "PolicyDoesNotGovern" or "NoPolicy" };

    /// <summary>All open incidents.</summary>
    public IReadOnlyList<Incident> Open() => [.. _store.List().Where(IsOpen)];

    /// <summary>An incident by name.</summary>
    public Incident? Find(string @namespace, string name) => _store.Get(@namespace, name);

    /// <summary>The incidents in which something fired, of workloads that serve, taken up since a time. A person's report of what turns out to be well is none.</summary>
    public IReadOnlyList<StormOpening> Openings(DateTimeOffset since) =>
        [.. from incident in _store.List()
            where incident.Status is { Signals.Count: > 0, WorkloadUid: not null } && incident.Status.DetectedAt >= since && !WorkloadKinds.IsBatch(incident.Spec.WorkloadRef.Kind)
            select new StormOpening(incident.Namespace() ?? "", incident.Name(), incident.Status!.WorkloadUid!, incident.Status.DetectedAt!.Value)];

    /// <summary>The incidents of a namespace that began within the hour, and were soon over by themselves.</summary>
    public IReadOnlyList<Incident> Flaps(string @namespace, DateTimeOffset now) => [.. _store.List(@namespace).Where(incident => Flapping.Counts(incident, now))];

    /// <summary>What is ill in a namespace by its own evidence, the first to fall ill first; one incident of each workload.</summary>
    public IReadOnlyList<IllWorkload> IllIn(string @namespace) =>
        [.. (from incident in _store.List(@namespace)
             where !incident.IsBeingDeleted() && IsIll(incident.Status)
             select Ill(incident.Name(), new WorkloadKey(incident.Spec.WorkloadRef.Kind, @namespace, incident.Spec.WorkloadRef.Name), incident.Status!))
            .OrderBy(one => one.Onset).ThenBy(one => one.Incident, StringComparer.Ordinal).DistinctBy(one => one.Workload)];

    /// <summary>The namespaces in which something is ill.</summary>
    public IReadOnlyList<string> IllNamespaces() => [.. _store.List().Where(incident => !incident.IsBeingDeleted() && IsIll(incident.Status)).Select(incident => incident.Namespace() ?? "").Distinct()];

    /// <summary>Whether an incident is open, not mitigated, and something of its own was seen that is not known to be well again.</summary>
    public static bool IsIll(IncidentStatus? status) =>
        status is { Phase: not (null or IncidentPhase.Mitigated) } && !PhaseTable.IsEnd(status.Phase) && status.Signals.Exists(signal => signal.State != "Healthy");

    /// <summary>The incident as a part of a chain of calls.</summary>
    public static IllWorkload Ill(string incident, WorkloadKey workload, IncidentStatus status) =>
        new(incident, workload, status.RecurredAt ?? status.OnsetAt ?? status.DetectedAt ?? default, status.Cause == Suffering);

    /// <summary>
    /// Earlier incidents of the same object with a signal in common that ended within a day: the last of them, and how many. Null where there is none.
    /// </summary>
    public RecurrenceRecord? Before(WorkloadKey workload, string? workloadUid, string? exceptUid, IEnumerable<string> signals, DateTimeOffset now)
    {
        var names = signals.ToHashSet();
        var earlier = Of(workload).Where(incident => incident.Uid() != exceptUid && incident.Status is { EndedAt: { } ended } status && now - ended <= Repeats
            && status.WorkloadUid == workloadUid && status.Signals.Exists(signal => names.Contains(signal.Name))).ToList();
        return earlier.Count == 0 ? null : new RecurrenceRecord { Previous = earlier[^1].Name(), Count = earlier.Count };
    }

    /// <summary>When actions were taken under a policy, one incident's attempt left out. Of several that are only planned each counts for those that were planned after it: they would use up each other's budget.</summary>
    /// <param name="namespace">The policy's namespace.</param>
    /// <param name="policy">The policy's name.</param>
    /// <param name="exceptKey">The key of the attempt that asks.</param>
    /// <param name="own">The action for which it asks, once it is written down.</param>
    public IReadOnlyList<DateTimeOffset> ActionTimes(string @namespace, string policy, string exceptKey, ActionRecord? own) =>
        [.. from incident in _store.List(@namespace)
            from action in incident.Status?.Actions ?? []
            where (action.Policy ?? incident.Status?.Policy) == policy && action.Key != exceptKey && action.State != ActionState.Refused && !action.IsReturn && action.PlannedAt is not null
            where action.State != ActionState.Planned || own?.PlannedAt is null || IsBefore(action, own)
            select action.PlannedAt!.Value];

    /// <summary>
    /// Other incidents with an action under way on the workload. Of several that are only planned the first goes on, and an undo before all others; they would wait for each other.
    /// </summary>
    /// <param name="workload">The workload.</param>
    /// <param name="exceptUid">The incident that asks.</param>
    /// <param name="own">The action for which it asks, once it is written down.</param>
    public IReadOnlyList<string> UnderWay(WorkloadKey workload, string? exceptUid, ActionRecord? own) =>
        [.. from incident in Of(workload)
            where incident.Uid() != exceptUid && incident.Status?.Phase is IncidentPhase.Acting or IncidentPhase.Verifying
            let last = incident.Status!.Actions.LastOrDefault()
            where last?.PlannedAt is null || last.AppliedAt is not null || own?.PlannedAt is null || IsDueBefore(last, own)
            select incident.Name()];

    /// <summary>The action with a key, of any incident of the workload; null where none has written it down.</summary>
    public ActionRecord? ActionOf(WorkloadKey workload, string key) => Of(workload).SelectMany(incident => incident.Status?.Actions ?? []).FirstOrDefault(action => action.Key == key);

    /// <summary>
    /// Other incidents, of any workload, whose added replicas are not all there yet: what they will take is not taken yet. Of several that are only planned the first goes on; they would
    /// wait for each other.
    /// </summary>
    /// <param name="exceptUid">The incident that asks.</param>
    /// <param name="own">The action for which it asks, once it is written down.</param>
    public IReadOnlyList<string> ScalingUnderWay(string? exceptUid, ActionRecord? own) =>
        [.. from incident in _store.List()
            where incident.Uid() != exceptUid && incident.Status?.Phase is IncidentPhase.Acting or IncidentPhase.Verifying
            let last = incident.Status!.Actions.LastOrDefault()
            where last is { RolledOutAt: null } && last.ToReplicas > last.FromReplicas
            where last.AppliedAt is not null || own?.PlannedAt is null || IsBefore(last, own)
            select $"{incident.Namespace()}/{incident.Name()}"];

    private static bool IsDueBefore(ActionRecord one, ActionRecord other) =>
        (one.Action == ActionNames.Undo) != (other.Action == ActionNames.Undo) ? one.Action == ActionNames.Undo : other.AppliedAt is null && IsBefore(one, other);

    private static bool IsBefore(ActionRecord one, ActionRecord other) =>
        one.PlannedAt != other.PlannedAt ? one.PlannedAt < other.PlannedAt : string.CompareOrdinal(one.Key, other.Key) < 0;

    /// <summary>The rollbacks of a workload that took effect, oldest first. In place of one that was undone stands its undo.</summary>
    public IReadOnlyList<PastRollback> Rollbacks(WorkloadKey workload, string? workloadUid) =>
        [.. from incident in Of(workload)
            where incident.Status?.WorkloadUid == workloadUid
            let actions = incident.Status!.Actions
            let isUndone = actions.Exists(IsUndo)
            from action in actions
            where action.FromRevision is not null && (isUndone ? IsUndo(action) : action.State is ActionState.Applied or ActionState.Succeeded or ActionState.Failed or ActionState.Inconclusive)
            select new PastRollback(action.FromRevision!, action.ToRevision, incident.Name(), action.AppliedAt ?? action.PlannedAt ?? DateTimeOffset.MaxValue, isUndone)];

    private static bool IsUndo(ActionRecord action) => action is { Action: ActionNames.Undo, ToReplicas: null, State: not ActionState.Refused };

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

    private static WorkloadKey WorkloadOf(Incident incident) => new(incident.Spec.WorkloadRef.Kind, incident.Namespace() ?? "", incident.Spec.WorkloadRef.Name);

    private static string IndexOf(WorkloadKey workload) => $"{workload.Kind}/{IndexOf(workload.Namespace, workload.Name)}";

    private static string IndexOf(string? @namespace, string name) => $"{@namespace}/{name}";

    private static IReadOnlyList<Incident> OldestFirst(IReadOnlyList<Incident> incidents) =>
        incidents.Count < 2 ? incidents : [.. incidents.OrderBy(incident => incident.Metadata.CreationTimestamp).ThenBy(incident => incident.Uid(), StringComparer.Ordinal)];

    private static bool Keeps(Incident incident, string fingerprint) =>
        PhaseTable.IsEnd(incident.Status?.Phase) ? AlertAnnotations.Waiting(incident).ContainsKey(fingerprint) : AlertAnnotations.Find(incident, fingerprint) is not null;

    private static IEnumerable<Incident> Keepers(IEnumerable<Incident> oldestFirst)
    {
        var there = oldestFirst.Where(incident => !incident.IsBeingDeleted()).ToList();
        return there.Exists(IsLive) ? there.Where(IsLive) : there.Exists(IsOpen) ? there.Where(IsOpen) : there.TakeLast(1);
    }

    private static bool IsLive(Incident incident) => IsOpen(incident) && !LeadsNowhere(incident.Status);

    private static bool IsOpen(Incident incident) => !incident.IsBeingDeleted() && !PhaseTable.IsEnd(incident.Status?.Phase);
}
