using System.Globalization;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Verification;

/// <summary>What one check says.</summary>
public enum CheckResult
{
    Healthy,
    Unhealthy,
    Unknown,
}

/// <summary>One look after an action.</summary>
/// <param name="Result">What it says.</param>
/// <param name="Message">What was seen, in a sentence.</param>
/// <param name="MeasuredUntil">Until when that was measured; null where it rests on no series, and so is new at each look.</param>
public sealed record Check(CheckResult Result, string Message, DateTimeOffset? MeasuredUntil = null);

/// <summary>What all checks so far say together.</summary>
public enum Conclusion
{
    /// <summary>Not yet.</summary>
    GoOn,

    /// <summary>It helped.</summary>
    Succeeded,

    /// <summary>It did not help, and things are no worse than before.</summary>
    Failed,

    /// <summary>Things are measurably worse than before.</summary>
    Worse,

    /// <summary>It could not be measured in time. Never success, and never a reason to undo.</summary>
    Inconclusive,
}

/// <summary>
/// Did it help? Counts only pods of the target revision, and only what they served after the rollout had finished. Where requests are served and
/// the error series is absent there were no errors; where no requests are served nothing is known. A release that never became ready
/// had no requests, and a workload whose requests nobody measures has none that tell: then the state of the rollout is the proof. A signal that was never
/// measured of the workload is not waited for; where there is no other, nothing is proved. Looking again at what was measured before is no further check. Pure.
/// </summary>
public static class Verifier
{
    private const double WorseFactor = 1.5;

    /// <summary>No signal can be called so: a signal's name holds no blank.</summary>
    private const string Available = "available replicas";
    private const string Load = "requests per second";
    private const string Counted = "requests counted";

    private static readonly TimeSpan LoadWindow = TimeSpan.FromMinutes(1);

    /// <summary>No two minutes are alike; and where pods were replaced, what those that ended had counted since they were last scraped is missing in the one before.</summary>
    private const double SameLoad = 1.1;
    private const double SameLoadOfOtherPods = 1.25;

    /// <summary>What is measured before the action, to tell better from worse.</summary>
    /// <param name="reading">The newest evaluation.</param>
    /// <param name="counted">How many requests the evidence counted, as far back as it looks; null where that is not known.</param>
    public static List<MeasureRecord> MeasureBefore(WorkloadReading reading, double? counted = null) =>
    [
        .. reading.Signals.Where(signal => signal is { IsKubernetesSign: false, Value: not null } && EverMeasured.IsMeasured(signal)).Select(signal => Measure(signal.Signal, signal.Value!.Value)),
        Measure(Available, reading.Workload.AvailableReplicas),
        .. RequestsPerSecond(reading, reading.Time - (reading.Traffic.Step * 2 > LoadWindow ? reading.Traffic.Step * 2 : LoadWindow)) is { } load ? [Measure(Load, load)] : Array.Empty<MeasureRecord>(),
        .. counted is { } requests ? [Measure(Counted, requests)] : Array.Empty<MeasureRecord>(),
    ];

    /// <summary>
    /// Whether the workload's requests are measured by nobody: its policy asks for none of a known good revision, and none was counted, neither before the action, as far back as the evidence looked, nor since.
    /// Where that could not be found out, or some were counted, they are missing.
    /// </summary>
    public static bool IsNeverMeasured(ActionRecord action, WorkloadReading reading) =>
        reading.Policy.KnownGoodRequests == 0
        && (reading.SeriesError ?? reading.RequestsError) is null
        && action.Before.Exists(measure => measure is { Signal: Counted, Value: "0" })
        && reading.Traffic.Whole().All(step => step.Requests == 0);

    /// <summary>Whether a check tells more than those before it: what it rests on was measured later than what any of them rested on, or is no series.</summary>
    public static bool IsNews(Check check, IEnumerable<CheckRecord> before) =>
        check.MeasuredUntil is not { } until || before.All(one => !(one.MeasuredUntil >= until));

    /// <summary>One check.</summary>
    /// <param name="action">The action.</param>
    /// <param name="reading">The newest evaluation.</param>
    /// <param name="status">The incident's status, with what was seen and done so far.</param>
    /// <param name="rolloutProves">Whether a complete rollout without signs is proof enough where requests are not measured.</param>
    public static Check Look(ActionRecord action, WorkloadReading reading, IncidentStatus status, bool rolloutProves)
    {
        var workload = reading.Workload;
        if (!IsInPlace(action, workload))
        {
            return new Check(CheckResult.Unknown, $"rollout under way: {workload.UpdatedReplicas} of {workload.Replicas} updated, {workload.AvailableReplicas} available");
        }

        var sign = reading.Signals.FirstOrDefault(signal => signal is { IsKubernetesSign: true, State: SignalState.Firing } && !signal.IsBefore(action.RolledOutAt ?? action.AppliedAt));
        if (sign is not null)
        {
            return new Check(CheckResult.Unhealthy, $"{sign.Signal}: {sign.Message}");
        }

        return Unproved(action, reading) is { } why ? new Check(CheckResult.Unknown, why) : Measured(action, reading, status, rolloutProves);
    }

    /// <summary>Why nothing that is seen now can tell whether it helped; null where something may.</summary>
    private static string? Unproved(ActionRecord action, WorkloadReading reading)
    {
        var before = action.Before.Select(measure => measure.Signal).OfType<string>().Where(signal => !signal.Contains(' ', StringComparison.Ordinal)).ToList();
        return reading.Workload.Replicas == 0 ? "no pods are asked for any more"
            : before.Count > 0 && !reading.Policy.Signals.Any(signal => before.Contains(signal.Name)) ? $"the policy asks for none of the signals any more that were measured before: {string.Join(", ", before)}"
            : null;
    }

    /// <summary>Whether what the action leads to runs, and nothing else. Pods that are on their way out after a restart of all are of the same revision as the new ones.</summary>
    public static bool IsInPlace(ActionRecord action, WorkloadSnapshot workload) =>
        workload.RolloutComplete && (action.TargetPodUid is not { } pod || IsReplaced(pod, action.ToRevision, workload)) && !(action.IsRollingRestart && workload.Pods.Any(pod => pod.Deleting));

    /// <summary>
    /// Whether the pod is gone or on its way, which may take its grace, and as many others as the workload asks for are ready in its place. The
    /// Deployment's own counts lag behind.
    /// </summary>
    private static bool IsReplaced(string uid, string? revision, WorkloadSnapshot workload) =>
        workload.Pods.All(pod => pod.Uid != uid || pod.Deleting) && workload.PodsOf(revision).Count(pod => pod.Serving) >= workload.Replicas;

    /// <summary>What the checks so far say together.</summary>
    public static Conclusion Conclude(ActionRecord action, EffectivePolicy policy, WorkloadReading reading, DateTimeOffset now)
    {
        var newestFirst = action.Checks.AsEnumerable().Reverse().ToList();
        if (newestFirst.TakeWhile(check => check.Result == nameof(CheckResult.Healthy)).Count() >= policy.ConsecutiveChecks)
        {
            return Conclusion.Succeeded;
        }

        var unhealthy = newestFirst.TakeWhile(check => check.Result == nameof(CheckResult.Unhealthy)).Count() >= policy.ConsecutiveChecks;
        if (unhealthy)
        {
            return IsWorse(action, reading) ? Conclusion.Worse : Conclusion.Failed;
        }

        if (!VerificationTime.IsUp(action, policy, reading.Workload, now))
        {
            return Conclusion.GoOn;
        }

        // Pods are away in every rollout; that is worse only where it stands still.
        var isStuck = !reading.Workload.RolloutComplete && !VerificationTime.GetsOn(action, policy, reading.Workload, now);
        return isStuck && IsWorse(action, reading) ? Conclusion.Worse : Conclusion.Inconclusive;
    }

    private static Check Measured(ActionRecord action, WorkloadReading reading, IncidentStatus status, bool rolloutProves)
    {
        var served = ServedAfter(action, reading);
        var (texts, unmeasured, until) = (new List<string>(), new List<(string Signal, string Why)>(), (DateTimeOffset?)null);
        foreach (var signal in reading.Policy.Signals.Where(signal => signal.CountsRequests))
        {
            if (TrafficJudge.Measure(signal, served) is not { } value)
            {
                const string why = "not enough requests measured since the rollout finished";
                if (!rolloutProves && EverMeasured.Is(signal.Name, reading, status))
                {
                    return new Check(CheckResult.Unknown, $"{signal.Name}: {why}");
                }

                unmeasured.Add((signal.Name, why));
                continue;
            }

            until = served.Last(step => step.Requests > 0).To;
            if (value >= signal.Threshold)
            {
                if (AfterGrace(signal, action, served) is not { } settled)
                {
                    return new Check(CheckResult.Unknown, $"{signal.Name}: {signal.Describe(value)}, limit {signal.Describe(signal.Threshold)}, in the grace of {Quantities.Format(signal.Grace)} after the rollout");
                }

                value = settled;
            }

            if (value >= signal.Threshold)
            {
                return new Check(CheckResult.Unhealthy, $"{signal.Name}: {signal.Describe(value)}, limit {signal.Describe(signal.Threshold)}", until);
            }

            // Nothing else judges it.
            if (!signal.HasThreshold && reading.Of(signal.Name) is null or { State: SignalState.Unknown })
            {
                var why = $"{signal.Describe(value)}, and not judged by what is usual";
                if (EverMeasured.Is(signal.Name, reading, status))
                {
                    return new Check(CheckResult.Unknown, $"{signal.Name}: {why}");
                }

                unmeasured.Add((signal.Name, why));
                continue;
            }

            if (signal.IsLearnt && NotUsual(signal, reading.Of(signal.Name), action, reading, until) is { } unusual)
            {
                return unusual;
            }

            texts.Add($"{signal.Name} {signal.Describe(value)}");
        }

        if (QueryProof.Look(action, reading, status, texts, unmeasured) is { } fault)
        {
            return fault;
        }

        if (texts.Count == 0 && unmeasured is [var first, ..] && !rolloutProves)
        {
            return new Check(CheckResult.Unknown, $"{first.Signal}: {first.Why}");
        }

        texts.AddRange(unmeasured.Select(one => $"{one.Signal} not measured"));
        return new Check(CheckResult.Healthy, $"{reading.Workload.AvailableReplicas} pods ready, {string.Join(", ", texts.DefaultIfEmpty("no signals to measure"))}", Earlier(until, QueryProof.MeasuredAt(reading)));
    }

    /// <summary>
    /// A signal by what was served after its grace: what has just started is slow for a while, and what is measured by then may prove that an action helped, and not that it failed. Null where that
    /// is too little to tell.
    /// </summary>
    private static double? AfterGrace(EffectiveSignal signal, ActionRecord action, List<TrafficStep> served) =>
        TrafficJudge.Measure(signal, action.IsRollout ? [.. served.Where(step => step.From >= action.RolledOutAt + signal.Grace)] : served);

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one < other ? one : other ?? one;

    /// <summary>What speaks against a signal as it was judged; null: nothing. What was learnt may need some steps to see what is new.</summary>
    internal static Check? NotUsual(EffectiveSignal signal, SignalReading? seen, ActionRecord action, WorkloadReading reading, DateTimeOffset? until)
    {
        var settles = action.IsRollout && signal.CountsRequests && !(seen?.SettlesIn > signal.Grace) ? signal.Grace : seen?.SettlesIn;
        return seen is not { State: SignalState.Firing or SignalState.Pending } ? null
            : reading.Time < action.RolledOutAt + settles ? new Check(CheckResult.Unknown, $"{signal.Name}: {seen.Message}; that may still be of the time before")
            : new Check(CheckResult.Unhealthy, $"{signal.Name}: {seen.Message}", until);
    }

    /// <summary>What the target revision served after its rollout had finished.</summary>
    private static List<TrafficStep> ServedAfter(ActionRecord action, WorkloadReading reading) =>
        [.. reading.Traffic.Of(action.ToRevision).Where(step => action.RolledOutAt is { } since && step.From >= since)];

    /// <summary>
    /// Whether things are measurably worse than before an action: a Service leads nowhere since, fewer of the pods that are asked for are available, or more fails than did. What more load does
    /// is not its doing; and more pods displace none.
    /// </summary>
    public static bool IsWorse(ActionRecord action, WorkloadReading reading)
    {
        var before = action.Before.ToDictionary(measure => measure.Signal, measure => double.Parse(measure.Value ?? "0", CultureInfo.InvariantCulture));
        if (!IsMoreReplicas(action) && LostService(action, reading))
        {
            return true;
        }

        var isMeasured = before.TryGetValue(Load, out var carried);
        if (isMeasured && RequestsPerSecond(reading, action.RolledOutAt ?? reading.Time) > carried * (action.IsRollout ? SameLoadOfOtherPods : SameLoad))
        {
            return false;
        }

        if (!IsMoreReplicas(action) && before.TryGetValue(Available, out var available)
            && reading.Workload.AvailableReplicas < Math.Min(Math.Min(available, action.ToReplicas ?? available), reading.Workload.Replicas))
        {
            return true;
        }

        var served = ServedAfter(action, reading);
        return isMeasured && reading.Policy.Signals.Where(signal => signal.CountsRequests).Any(signal =>
            AfterGrace(signal, action, served) is { } value && value >= signal.Threshold
            && before.TryGetValue(signal.Name, out var earlier) && value > earlier * WorseFactor);
    }

    /// <summary>Whether a Service that nobody changed has led nowhere since the action: it led to the pods that it replaced. One that was lost before this process first looked may have been so before.</summary>
    private static bool LostService(ActionRecord action, WorkloadReading reading) =>
        ServiceSigns.MissedIn(reading).Any(service => service is { WasChanged: false, LostAtStart: false } && service.LostSince >= action.AppliedAt);

    private static bool IsMoreReplicas(ActionRecord action) => action.ToReplicas > action.FromReplicas;

    private static double? RequestsPerSecond(WorkloadReading reading, DateTimeOffset since) =>
        TrafficStep.RequestsPerSecond([.. reading.Traffic.Whole().Where(step => step.From >= since)]);

    private static MeasureRecord Measure(string signal, double value) => new() { Signal = signal, Value = value.ToString("0.######", CultureInfo.InvariantCulture) };
}
