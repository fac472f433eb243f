using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>
/// Kubernetes' own signs that a revision is ill, read from the states of its pods and not from a Deployment's progress deadline, which is ten
/// minutes by default. Pure.
/// </summary>
public static class PodSigns
{
    public const string CrashLoop = "CrashLoop";
    public const string ImagePullFailure = "ImagePullFailure";
    public const string ContainerConfigError = "ContainerConfigError";
    public const string RolloutNotProgressing = "RolloutNotProgressing";
    public const string OutOfMemory = "OutOfMemory";
    public const string NotReady = "NotReady";
    public const string Restarting = "Restarting";

    /// <summary>Signs that pods show that have never served.</summary>
    public static readonly IReadOnlyList<string> BeforeServing = [CrashLoop, ImagePullFailure, ContainerConfigError, RolloutNotProgressing];

    /// <summary>All signs that states of containers show.</summary>
    public static readonly IReadOnlyList<string> OfContainers = [.. BeforeServing, OutOfMemory, NotReady, Restarting];

    /// <summary>What is said of a sign that is not seen: one for all workloads, since most show none of them.</summary>
    private static readonly Dictionary<string, SignalReading> Unseen =
        new[] { CrashLoop, ImagePullFailure, ContainerConfigError, RolloutNotProgressing, OutOfMemory, NotReady }.ToDictionary(sign => sign, sign => Reading(sign, SignalState.Healthy, null, null, "not seen"));

    /// <summary>How the kubelet says that the kernel ended a container for want of memory.</summary>
    internal const string OutOfMemoryReason = "OOMKilled";

    /// <summary>A pull or a start that fails once may succeed at the next try.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long a container runs that crashes at start, and how many restarts are reckoned back: that is more than a week.</summary>
    private const double RunSeconds = 20;
    private const int MostRestarts = 2000;

    /// <summary>A crash longer ago than this is history.</summary>
    private static readonly TimeSpan RecentCrash = TimeSpan.FromMinutes(5);

    /// <summary>So long memory that ran out counts: pods of one revision that fill up alike do not all come to it in the same minute.</summary>
    private static readonly TimeSpan RecentKill = TimeSpan.FromMinutes(10);

    /// <summary>So many restarts, the last runs shorter and their end less long ago than this, are no single crash: then a container that ends less often is as good as one that runs.</summary>
    private const int LeastRestarts = 3;
    private static readonly TimeSpan RecentRestart = TimeSpan.FromMinutes(15);

    /// <summary>What ends sooner waits in CrashLoopBackOff for most of the time.</summary>
    private static readonly TimeSpan ShortestRun = TimeSpan.FromMinutes(1);

    /// <summary>A container that runs so many times as long as it did the last time is over it: one that had to wait for a dependency at its start, for instance.</summary>
    private const double Recovery = 3;

    private static readonly HashSet<string> PullReasons = ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable", "ImageInspectError"];
    private static readonly HashSet<string> StartReasons = ["CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError"];

    /// <summary>The signs that the pods of the current revision show. Always one reading per sign, so that a sign that went away is seen as healthy.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="rolloutDeadline">How long its pods may take; null: as long as it may take <see cref="StartTime"/>, where it is the start that they wait for.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<SignalReading> Judge(WorkloadSnapshot workload, TimeSpan? rolloutDeadline, DateTimeOffset now)
    {
        var patience = rolloutDeadline ?? StartTime.Usual;
        var revision = workload.Current.Revision;
        var pods = PodsOf(workload);
        return
        [
            FirstOf(CrashLoop, revision, pods, (pod, container) => Crash(container, now), (pod, container) => FirstCrash(pod, container, now)),
            FirstOf(ImagePullFailure, revision, pods, (pod, container) => Waiting(pod, container, PullReasons, now), (pod, container) => container.TerminatedAt ?? pod.CreatedAt),
            FirstOf(ContainerConfigError, revision, pods, (pod, container) => Waiting(pod, container, StartReasons, now)),
            Stuck(workload, revision, pods, rolloutDeadline, now),
            RanOut(pods, revision, now),
            Withdrawn(revision, pods, patience, now),
            Restarted(revision, pods, now),
        ];
    }

    /// <summary>The containers of the current revision whose last end was for want of memory, and lately, the first to end first.</summary>
    public static IReadOnlyList<(PodSnapshot Pod, ContainerSnapshot Container)> Kills(WorkloadSnapshot workload, DateTimeOffset now) =>
        Kills(PodsOf(workload), now);

    private static List<(PodSnapshot Pod, ContainerSnapshot Container)> Kills(List<PodSnapshot> pods, DateTimeOffset now)
    {
        var kills = new List<(PodSnapshot Pod, ContainerSnapshot Container)>();
        foreach (var pod in pods)
        {
            foreach (var container in pod.Containers)
            {
                if (container.TerminatedReason == OutOfMemoryReason && now - container.TerminatedAt < RecentKill)
                {
                    kills.Add((pod, container));
                }
            }
        }

        return kills.Count < 2 ? kills : [.. kills.OrderBy(kill => kill.Container.TerminatedAt)];
    }

    /// <summary>The pods of the current revision that are to stay.</summary>
    private static List<PodSnapshot> PodsOf(WorkloadSnapshot workload)
    {
        var pods = new List<PodSnapshot>(workload.Pods.Count);
        foreach (var pod in workload.Pods)
        {
            if (pod.Revision == workload.Current.Revision && !pod.Deleting)
            {
                pods.Add(pod);
            }
        }

        return pods;
    }

    /// <summary>The containers that end again and again and run for a while in between, whatever their exit code, the one whose last run began first before the others.</summary>
    public static IReadOnlyList<(PodSnapshot Pod, ContainerSnapshot Container)> Restarts(IEnumerable<PodSnapshot> pods, DateTimeOffset now) =>
    [
        .. from pod in pods
           where !pod.Deleting
           from container in pod.Containers
           where EndsAgain(container, now)
           orderby container.RanSince
           select (pod, container),
    ];

    /// <summary>Whether a container waits for an image that cannot be had.</summary>
    internal static bool WaitsForImage(ContainerSnapshot container) => container.WaitingReason is { } reason && PullReasons.Contains(reason);

    /// <summary>Once may be a single large request. Twice within minutes, or in a container that was restarted before, is more than that.</summary>
    private static SignalReading RanOut(List<PodSnapshot> pods, string revision, DateTimeOffset now)
    {
        var kills = Kills(pods, now);
        if (kills.Count == 0 || (kills.Count == 1 && kills[0].Container.RestartCount < 2))
        {
            return Unseen[OutOfMemory];
        }

        var (pod, container) = kills[0];
        var more = kills.Count > 1 ? $" ({kills.Count} containers in all)" : "";
        var message = $"container {container.Name} of pod {pod.Name}: {OutOfMemoryReason} {Quantities.Format(now - container.TerminatedAt!.Value)} ago, {container.RestartCount} restarts{more}";
        return Reading(OutOfMemory, SignalState.Firing, revision, container.TerminatedAt, message) with { HappenedAt = kills[^1].Container.TerminatedAt };
    }

    /// <summary>Pods that had been ready and say for long that they are not, while all their containers run on since before: no crash, and no rollout.</summary>
    private static SignalReading Withdrawn(string revision, List<PodSnapshot> pods, TimeSpan patience, DateTimeOffset now)
    {
        if (pods.TrueForAll(pod => pod.Ready))
        {
            return Reading(NotReady, SignalState.Healthy, revision, null, "not seen");
        }

        var withdrawn = (from pod in pods
                         where !pod.Ready && now - pod.ReadyChangedAt >= patience
                         let running = pod.Containers.Where(container => !container.Init).ToList()
                         where running.Count > 0 && running.TrueForAll(container => container.RunsSince < pod.ReadyChangedAt)
                         orderby pod.ReadyChangedAt
                         select pod).ToList();
        return withdrawn.Count == 0
            ? Unseen[NotReady]
            : Reading(NotReady, SignalState.Firing, revision, withdrawn[0].ReadyChangedAt,
                $"pod {withdrawn[0].Name} had been ready, and is not for {Quantities.Format(now - withdrawn[0].ReadyChangedAt!.Value)}; its containers run; {withdrawn.Count} of {pods.Count} pods say so");
    }

    /// <summary>What is known of the restarts is how many there were and when the last run began and ended: the trouble began no later than the run before that, if it was as long.</summary>
    private static SignalReading Restarted(string revision, List<PodSnapshot> pods, DateTimeOffset now)
    {
        var restarts = Restarts(pods, now);
        if (restarts.Count == 0)
        {
            return Reading(Restarting, SignalState.Healthy, revision, null, "not seen");
        }

        var (pod, container) = restarts[0];
        var (began, ended) = (container.RanSince!.Value, container.TerminatedAt!.Value);
        var since = began - (ended - began);
        var more = restarts.Count > 1 ? $" ({restarts.Count} containers in all)" : "";
        var message = $"container {container.Name} of pod {pod.Name}: {container.RestartCount} restarts, the last run ended {Quantities.Format(now - ended)} ago after {Quantities.Format(ended - began)}, {Exit(container)}{more}";
        return Reading(Restarting, SignalState.Firing, revision, since > pod.CreatedAt ? since : pod.CreatedAt, message) with { HappenedAt = restarts.Max(one => one.Container.TerminatedAt) };
    }

    /// <summary>Init containers that are done are run anew with their pod's sandbox.</summary>
    private static bool EndsAgain(ContainerSnapshot container, DateTimeOffset now) =>
        container is { RestartCount: >= LeastRestarts, TerminatedAt: { } ended, RanSince: { } began } and not { Init: true, ExitCode: 0 }
        && ended - began >= ShortestRun && ended - began < RecentRestart && now - ended < RecentRestart
        && !(now - container.RunsSince >= (ended - began) * Recovery)
        && container.TerminatedReason != OutOfMemoryReason && Crash(container, now) is null;

    /// <summary>
    /// When a container ended first that ends again and again: reckoned back from its last run, as if all runs but the first had been as long, with the kubelet's pauses between them. Null where it has
    /// ended once at most, and where it is over it.
    /// </summary>
    /// <param name="container">The container.</param>
    /// <param name="longEnough">A run that was as long as this served: what ended before it is no part of the same trouble.</param>
    /// <param name="now">The time.</param>
    internal static DateTimeOffset? FirstEnd(ContainerSnapshot container, TimeSpan longEnough, DateTimeOffset now)
    {
        var ends = container.RestartCount + (container.RunsSince is null ? 1 : 0);
        if (ends < 2 || container is not { TerminatedAt: { } ended, RanSince: { } began } || container is { Init: true, ExitCode: 0 } || now - container.RunsSince >= (ended - began) * Recovery)
        {
            return null;
        }

        var run = ended - began;
        return run >= longEnough ? ended : began - (run * Math.Min(ends - 2, MostRestarts)) - TimeSpan.FromSeconds(Pauses(ends - 2));
    }

    private static SignalReading FirstOf(string sign, string revision, List<PodSnapshot> pods, Func<PodSnapshot, ContainerSnapshot, string?> look, Func<PodSnapshot, ContainerSnapshot, DateTimeOffset>? since = null)
    {
        var seen = new List<(PodSnapshot Pod, ContainerSnapshot Container, string Message)>();
        foreach (var pod in pods)
        {
            foreach (var container in pod.Containers)
            {
                if (look(pod, container) is { } message)
                {
                    seen.Add((pod, container, message));
                }
            }
        }

        if (seen.Count == 0)
        {
            return Unseen[sign];
        }

        var (first, which, text) = seen.MinBy(one => one.Pod.CreatedAt);
        var more = seen.Count > 1 ? $" ({seen.Count} containers in all)" : "";
        return Reading(sign, SignalState.Firing, revision, since?.Invoke(first, which) ?? first.CreatedAt, $"container {which.Name} of pod {first.Name}: {text}{more}");
    }

    /// <summary>
    /// About when the container began to crash: so long ago as its restarts have taken at least, with the kubelet's pauses between them. A pod that has served for weeks
    /// and crashes now did not begin with its creation. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
    /// </summary>
    private static DateTimeOffset FirstCrash(PodSnapshot pod, ContainerSnapshot container, DateTimeOffset now)
    {
        var restarts = Math.Min(container.RestartCount, MostRestarts);
        var began = (container.TerminatedAt ?? now) - TimeSpan.FromSeconds(Pauses(restarts) + (RunSeconds * (restarts + 1)));
        return began > pod.CreatedAt ? began : pod.CreatedAt;
    }

    /// <summary>How long the kubelet waits in all before so many restarts, in seconds: 10 before the second one, twice as long each time, 300 at most.</summary>
    private static double Pauses(int restarts) => Enumerable.Range(0, Math.Min(restarts, MostRestarts)).Sum(k => Math.Min(10 * Math.Pow(2, Math.Min(k, 5)), 300));

    private static string? Crash(ContainerSnapshot container, DateTimeOffset now)
    {
        if (container.WaitingReason == "CrashLoopBackOff")
        {
            return $"CrashLoopBackOff after {container.RestartCount} restarts, {Exit(container)}";
        }

        var crashes = container.RestartCount + (container.Ready ? 0 : 1);
        var recent = container.TerminatedAt is { } at && now - at < RecentCrash;
        return container is { Ready: false, ExitCode: not (0 or null) } && crashes >= 3 && recent
            ? $"restarted {container.RestartCount} times, {Exit(container)}"
            : null;
    }

    private static string Exit(ContainerSnapshot container) => container.ExitCode is { } code ? $"exit code {code}" : "unknown exit code";

    private static string? Waiting(PodSnapshot pod, ContainerSnapshot container, HashSet<string> reasons, DateTimeOffset now) =>
        container.WaitingReason is { } reason && reasons.Contains(reason) && now - pod.CreatedAt >= Patience
            ? $"{reason}: {Shorten(container.WaitingMessage)}"
            : null;

    /// <summary>
    /// The deadline counts from the start of the rollout until a pod of the revision is ready: pods that are made anew again and again do not start it anew.
    /// After that it counts from each pod's creation, since a long rollout of many pods is no slow one; and once the rollout has been complete, from when a pod that had
    /// been ready no longer was, as where its node is lost. A pod that no node takes does not start.
    /// </summary>
    private static SignalReading Stuck(WorkloadSnapshot workload, string revision, List<PodSnapshot> pods, TimeSpan? rolloutDeadline, DateTimeOffset now)
    {
        if (workload.Paused || workload.RolloutComplete)
        {
            return Unseen[RolloutNotProgressing];
        }

        var (deadline, startDeadline) = (rolloutDeadline ?? StartTime.Usual, rolloutDeadline ?? StartTime.Allowed(workload));
        var start = pods.Exists(pod => pod.Ready) ? null : workload.RollingSince;
        var waiting = (from pod in pods
                       where !pod.Ready
                       let since = workload.RollingSince is null && pod.ReadyChangedAt > pod.CreatedAt ? pod.ReadyChangedAt.Value : start < pod.CreatedAt ? start.Value : pod.CreatedAt
                       where now - since >= (pod.Unschedulable is null ? startDeadline : deadline)
                       orderby since, pod.CreatedAt
                       select (Pod: pod, Since: since)).ToList();
        if (waiting.Count == 0)
        {
            return Missing(workload, revision, deadline, now) ?? Unseen[RolloutNotProgressing];
        }

        var (first, began) = waiting[0];
        var why = first.Unschedulable is { } reason ? $", it cannot be scheduled: {Shorten(reason)}" : "";
        return Reading(RolloutNotProgressing, SignalState.Firing, revision, began,
            $"pod {first.Name} is not ready after {Quantities.Format(now - began)}{why}; {waiting.Count} pods of the revision wait");
    }

    /// <summary>Pods that are not even there: of a rollout none was made at all, or the API server refuses to have more; or there are fewer than somebody asked for.</summary>
    private static SignalReading? Missing(WorkloadSnapshot workload, string revision, TimeSpan deadline, DateTimeOffset now)
    {
        var made = workload.PodsOf(revision).Select(pod => pod.CreatedAt).ToList();
        var isRollout = workload.RollingSince is not null && workload.UpdatedReplicas < workload.ReplicasToUpdate && (made.Count == 0 || workload.PodsRefused is not null);
        if ((isRollout ? workload.RollingSince : workload.PodsMissingSince) is not { } since || now - made.Append(since).Max() < deadline)
        {
            return null;
        }

        var stands = made.Append(since).Max();
        var why = workload.PodsRefused is { } refusal ? $"; pods are refused: {Shorten(refusal)}"
            : workload.HoldsUp(revision).FirstOrDefault() is { } held ? $"; the controller waits for pod {held.Name} of another revision"
            : workload.Ending.FirstOrDefault() is { } ending ? $"; the controller waits for pod {ending.Name} to end"
            : "";
        var (there, asked) = isRollout ? (workload.UpdatedReplicas, workload.ReplicasToUpdate) : (workload.Pods.Count(pod => !pod.Deleting), workload.Replicas);
        return Reading(RolloutNotProgressing, SignalState.Firing, revision, stands,
            $"{there} of {asked} pods{(isRollout ? " of the revision" : "")} were created, none in the last {Quantities.Format(now - stands)}{why}");
    }

    private static string Shorten(string? text) => text is null ? "no message" : text.Length <= 160 ? text : text[..160] + "…";

    private static SignalReading Reading(string sign, SignalState state, string? revision, DateTimeOffset? since, string message) =>
        new() { Signal = sign, State = state, Revision = revision, Since = since, Message = message, IsKubernetesSign = true };
}
