using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>Writes what the operator makes of each policy into its status, when it differs from what stands there.</summary>
[EntityRbac(typeof(RemediationPolicy), Verbs = RbacVerb.Get)]
[EntityRbac(typeof(RemediationPolicy), Subresource = "status", Verbs = RbacVerb.Patch)]
[EntityRbac(typeof(V1Event), Verbs = RbacVerb.Create | RbacVerb.Patch, Why = "what is wrong with a policy")]
public sealed class PolicyStatusWriter(KubernetesClient client, KnownGoodBook book, IncidentBook incidents, StormWatch storms, EventRecorder events, TimeProvider time, ILogger<PolicyStatusWriter> log)
{
    /// <summary>How often a revision that still serves well is written down again.</summary>
    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(1);
    private const int MostNamed = 5;
    private const string FlappingCondition = "SignalsFlapping";
    private const string LadderCondition = "LadderApplies";
    private readonly GenericClient<RemediationPolicy> _policies = client.For(ApiResources.Policies);

    public async Task WriteAsync(IReadOnlyList<PolicyEntry> policies, IReadOnlyList<WorkloadReading> readings, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var storm = storms.All(now);
        foreach (var entry in policies)
        {
            var own = readings.Where(reading => reading.Policy.Uid == entry.Object.Uid()).ToList();
            var next = Status(entry, own, Elsewhere(entry, readings), storm, now);
            if (Same(entry.Object.Status, next))
            {
                continue;
            }

            try
            {
                await WriteAsync(entry, next, ct).ConfigureAwait(false);
            }
            catch (KubernetesException e)
            {
                log.Log(e.IsConflict ? LogLevel.Debug : LogLevel.Warning, "The status of policy {Policy} is written at the next evaluation: {Error}", entry.Object.Key(), e.Message);
            }
        }
    }

    private async Task WriteAsync(PolicyEntry entry, RemediationPolicyStatus next, CancellationToken ct)
    {
        var live = await _policies.FindNamespacedAsync(entry.Object.Namespace()!, entry.Object.Name(), ct).ConfigureAwait(false);
        if (live is null || live.Generation() != entry.Object.Generation())
        {
            return;
        }

        var readyBefore = live.Status?.Conditions.GetCondition("Ready")?.Status;
        var flappedBefore = live.Status?.Conditions.GetCondition(FlappingCondition)?.Status;
        var ladderBefore = live.Status?.Conditions.GetCondition(LadderCondition)?.Message;
        live.Status = next;
        await _policies.PatchStatusNamespacedAsync(live, live.Namespace()!, live.Name(), new WriteOptions { FieldManager = ApiGroup.FieldManager }, ct).ConfigureAwait(false);
        if (entry.Effective is null && readyBefore != "False")
        {
            await events.PublishAsync(live, "InvalidSpec", next.Conditions.GetCondition("Ready")!.Message, EventType.Warning, ct).ConfigureAwait(false);
        }

        await TellFlappingAsync(live, flappedBefore, ct).ConfigureAwait(false);
        await TellLadderAsync(live, entry.Effective, ladderBefore, ct).ConfigureAwait(false);
    }

    /// <summary>Once for each ladder. A policy that names none has the rollback, and needs no warning of what nobody asked for.</summary>
    private async Task TellLadderAsync(RemediationPolicy live, EffectivePolicy? policy, string? before, CancellationToken ct)
    {
        if (policy is { Ladder: not [RemediationAction.Rollback] } && live.Status?.Conditions.GetCondition(LadderCondition) is { Status: "False" } now && now.Message != before)
        {
            await events.PublishAsync(live, now.Reason, now.Message, EventType.Warning, ct).ConfigureAwait(false);
        }
    }

    private async Task TellFlappingAsync(RemediationPolicy live, string? before, CancellationToken ct)
    {
        if (before != "True" && live.Status?.Conditions.GetCondition(FlappingCondition) is { Status: "True" } now)
        {
            await events.PublishAsync(live, FlappingCondition, now.Message, EventType.Warning, ct).ConfigureAwait(false);
        }
    }

    private RemediationPolicyStatus Status(PolicyEntry entry, List<WorkloadReading> readings, List<WorkloadReading> elsewhere, IReadOnlyList<StormNotice> storm, DateTimeOffset now)
    {
        var old = entry.Object.Status;
        var generation = entry.Object.Generation();
        var status = new RemediationPolicyStatus
        {
            ObservedGeneration = generation,
            Conditions = [.. (old?.Conditions ?? []).Select(Copy)],
            MatchedWorkloads = readings.Count,
            OpenIncidents = incidents.Open().Count(incident => incident.Namespace() == entry.Object.Namespace() && incident.Status?.Policy == entry.Object.Name()),
            Workloads = entry.Effective is null ? old?.Workloads ?? [] : Memories(old, readings),
        };
        if (entry.Effective is null)
        {
            var message = string.Join("; ", entry.Errors);
            Set("Ready", "False", "InvalidSpec", message.Length > 1024 ? message[..1023] + "…" : message);
            Set("Stalled", "True", "InvalidSpec", "the policy is not in force, and what it names or selects is not acted on under another");
            return status;
        }

        var (force, effect) = Force(entry.Effective, readings, elsewhere);
        Set("Ready", "True", force, effect);
        Set("Stalled", "False", "InForce", "nothing stands in its way");
        var (signals, reason, text) = Signals(readings);
        Set("SignalsAvailable", signals, reason, text);
        var (isSafe, because, told) = Protection(readings);
        Set("Protected", isSafe, because, told);
        var (applies, rung, never) = Applies(entry.Effective);
        Set(LadderCondition, applies, rung, never);
        var (flaps, often, which) = Flaps(entry.Effective, readings, now);
        Set(FlappingCondition, flaps, often, which);
        var held = storm.FirstOrDefault(one => one.Holds(entry.Effective.Namespace));
        Set("Storm", held is null ? "False" : "True", held is null ? "NoStorm" : "ManyFellIll", held?.Standing ?? "no storm of incidents");
        return status;

        void Set(string type, string value, string why, string message) => status.Conditions.SetCondition(type, value, why, message, generation, now);
    }

    private static (string Reason, string Message) Force(EffectivePolicy policy, List<WorkloadReading> readings, List<WorkloadReading> elsewhere)
    {
        var others = string.Join(", ", elsewhere.Take(MostNamed).Select(reading => $"{reading.Workload.Key.Name} by {reading.Policy.Name} in mode {reading.Policy.Mode}"))
            + (elsewhere.Count > MostNamed ? ", …" : "");
        var governed = $"in mode {policy.Mode}{(Never(policy) is [_, ..] never ? $"; never taken: {string.Join(", ", never)}" : "")}{(others.Length > 0 ? $"; governed by others: {others}" : "")}";
        var unacted = string.Join("", readings.Where(reading => reading.Policy.StandsInFor is not null).GroupBy(reading => reading.Policy.StandsInFor).Take(MostNamed)
            .Select(group => $"; not acted on: {string.Join(", ", group.Take(MostNamed).Select(reading => reading.Workload.Key.Name))}{(group.Count() > MostNamed ? ", …" : "")}, since policy {group.Key} comes first and is not valid"));
        return (readings.Count, elsewhere.Count) switch
        {
            (0, 0) => ("NoWorkloads", $"valid, but no {policy.WorkloadKind} of this namespace is selected{(WorkloadKinds.IsBatch(policy.WorkloadKind) ? $", or {policy.WorkloadKind}s may not be listed" : "")}{(policy.WorkloadName is { } name ? $": is there one called {name}?" : "")}"),
            (0, _) => ("GovernedByOthers", $"valid, but what it selects is governed by other policies: {others}"),
            (1, _) => ("InForce", $"valid; governs 1 workload {governed}{unacted}"),
            _ => ("InForce", $"valid; governs {readings.Count} workloads {governed}{unacted}"),
        };
    }

    private static (string Status, string Reason, string Message) Applies(EffectivePolicy policy)
    {
        var never = Never(policy);
        return never.Count > 0 && Rungs.WhyNever(never[0], policy.WorkloadKind) is { } why ? ("False", why.Reason, $"never taken: {string.Join(", ", never)}, since {why.Message}")
            : policy.Ladder.Count == 0 ? ("True", "EmptyLadder", "the policy allows no action")
            : ("True", "EveryAction", $"every action of the ladder can be taken for a {policy.WorkloadKind}");
    }

    /// <summary>The actions of the ladder that are never taken for workloads of the policy's kind.</summary>
    private static List<RemediationAction> Never(EffectivePolicy policy) => [.. policy.Ladder.Where(action => Rungs.WhyNever(action, policy.WorkloadKind) is not null)];

    /// <summary>What the policy selects and another one governs.</summary>
    private static List<WorkloadReading> Elsewhere(PolicyEntry entry, IReadOnlyList<WorkloadReading> readings) => entry.Effective is not { } policy ? []
        : [.. readings.Where(reading => reading.Policy.Uid != policy.Uid && policy.Selects(reading.Workload.Key.Kind, reading.Workload.Key.Namespace, reading.Workload.Key.Name, reading.Workload.Labels))
            .OrderBy(reading => reading.Workload.Key.Name, StringComparer.Ordinal)];

    private (string Status, string Reason, string Message) Protection(List<WorkloadReading> readings)
    {
        if (readings.Count > 0 && readings.TrueForAll(reading => reading.Workload.IsBatch))
        {
            return ("False", "KindNotActedOn", $"{readings[0].Workload.Key.Kind}s are explained, and never acted on");
        }

        var exposed = readings.Where(reading => book.IsBlank(reading.Workload.Uid)).ToList();
        if (exposed.Count == 0)
        {
            return readings.Count == 0 ? ("False", "NoWorkloads", "there is nothing to protect") : ("True", "KnownGoodRevisions", "every governed workload has a known good revision");
        }

        var uncounted = exposed.Any(reading => reading.Policy.KnownGoodRequests > 0 && reading.RequestsError is not null) ? "; the series cannot be read, so no requests are counted" : "";
        return ("False", "NoKnownGoodRevision", $"no revision has proved itself yet: {string.Join(", ", exposed.Take(10).Select(reading => reading.Workload.Key.Name))}{uncounted}");
    }

    private static (string Status, string Reason, string Message) Signals(List<WorkloadReading> readings)
    {
        var error = readings.Select(reading => reading.SeriesError).FirstOrDefault(text => text is not null);
        if (error is not null)
        {
            var shown = error.Length > 256 ? error[..255] + "…" : error;
            return ("False", error[..Math.Max(error.IndexOf(':'), 0)] is { Length: > 0 } reason ? reason : "Unavailable", $"the series cannot be read, so nothing is concluded from them: {shown}");
        }

        var unmeasured = (from reading in readings
                          from signal in reading.Signals
                          where signal is { State: SignalState.Unknown, IsKubernetesSign: false, IsAlert: false } or { State: SignalState.Unknown, Signal: CronJobSigns.RunMissed }
                          select $"{reading.Workload.Key.Name} {signal.Signal} ({Lasting(signal.Message)})").ToList();
        return readings.Count == 0 ? ("Unknown", "NoWorkloads", "there is nothing to measure")
            : unmeasured.Count > 0 ? ("Unknown", "NotMeasured", $"cannot be judged: {string.Join(", ", unmeasured.Take(MostNamed))}{(unmeasured.Count > MostNamed ? ", …" : "")}")
            : readings.All(reading => reading.Policy.Signals.Count == 0) ? ("True", "NoSignals", "the policy has no signals from series; pod states need none")
            : readings.Select(reading => reading.ClockAhead).FirstOrDefault(ahead => ahead?.Duration() > Freshness.ClockTolerance) is { } clock
                ? ("True", "ClockSkew", $"every signal is measured, but the clock of Prometheus is {Freshness.Describe(clock)}")
            : Learning(readings) is { } learning ? ("True", "Learning", $"every signal is measured, and until it is known what is usual only their limits are judged: {learning}")
            : ("True", "Measured", "every signal is measured");
    }

    /// <summary>The signals of which it is not known yet what is usual; null where there is none.</summary>
    private static string? Learning(List<WorkloadReading> readings)
    {
        var learning = readings.SelectMany(reading => reading.Signals.Where(signal => signal.Learning is not null).Select(signal => $"{reading.Workload.Key.Name} {signal.Signal}")).ToList();
        return learning.Count == 0 ? null : $"{string.Join(", ", learning.Take(MostNamed))}{(learning.Count > MostNamed ? ", …" : "")}";
    }

    /// <summary>From the incidents that exist; the message changes only when one ends, or is forgotten.</summary>
    private (string Status, string Reason, string Message) Flaps(EffectivePolicy policy, List<WorkloadReading> readings, DateTimeOffset now)
    {
        var over = incidents.Flaps(policy.Namespace, now);
        var seen = (from reading in over.Count == 0 ? [] : readings
                    from one in Flapping.Of(over, reading.Workload.Uid, reading.Workload.Current.Revision, now)
                    orderby one.Times descending, reading.Workload.Key.Name
                    select $"{reading.Workload.Key.Name} {one.Signal} ({one.Times} incidents that went away by themselves; held down until {one.Until.UtcDateTime:HH:mm:ss'Z'})").ToList();
        return seen.Count == 0
            ? ("False", "NoneFlaps", $"no signal has fired and recovered again and again within {Quantities.Format(Flapping.Within)}")
            : ("True", "FiresAndRecovers", $"within {Quantities.Format(Flapping.Within)}: {string.Join(", ", seen.Take(MostNamed))}{(seen.Count > MostNamed ? ", …" : "")}; a longer for, or a higher threshold, would tell trouble from noise");
    }

    /// <summary>The part of a message that does not change from one evaluation to the next: behind the colon stand numbers.</summary>
    private static string Lasting(string message) => message.Split(':')[0];

    private List<WorkloadMemory> Memories(RemediationPolicyStatus? old, List<WorkloadReading> readings) =>
        [.. from reading in readings.Take(RemediationPolicyStatus.MaxWorkloads)
            let known = book.Of(reading.Workload.Uid)
            let services = (reading.Workload.Services ?? []).Where(service => service.ByTemplate).Take(WorkloadMemory.MaxServices).Select(service => new ServiceRecord { Name = service.Name, Target = service.Earlier }).ToList()
            where known.Count > 0 || services.Count > 0
            let before = old?.Workloads.FirstOrDefault(memory => memory.Uid == reading.Workload.Uid)
            orderby reading.Workload.Key.Name
            select new WorkloadMemory
            {
                Name = reading.Workload.Key.Name,
                Uid = reading.Workload.Uid,
                KnownGood = before is not null && IsFresh(before.KnownGood, known) ? before.KnownGood : [.. known],
                Services = services,
            }];

    private static bool IsFresh(List<KnownGoodRevision> written, IReadOnlyList<KnownGoodRevision> known) =>
        written.Select(good => good.Revision).SequenceEqual(known.Select(good => good.Revision))
        && written.Zip(known).All(pair => pair.Second.LastGoodAt - pair.First.LastGoodAt < Refresh);

    private static V1Condition Copy(V1Condition condition) => new()
    {
        Type = condition.Type,
        Status = condition.Status,
        Reason = condition.Reason,
        Message = condition.Message,
        ObservedGeneration = condition.ObservedGeneration,
        LastTransitionTime = condition.LastTransitionTime,
    };

    private static bool Same(RemediationPolicyStatus? a, RemediationPolicyStatus b) =>
        a is not null && JsonSerializer.Serialize(a, ChronosJson.Default.RemediationPolicyStatus) == JsonSerializer.Serialize(b, ChronosJson.Default.RemediationPolicyStatus);
}
