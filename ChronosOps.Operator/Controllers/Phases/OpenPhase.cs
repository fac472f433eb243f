using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>Takes a new incident up: finds its workload and policy and notes what alarmed.</summary>
public sealed class OpenPhase(PolicyRegistry policies, IncidentBook book) : IPhase
{
    public Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken) => Task.FromResult(Run(context));

    private PhaseResult Run(IncidentContext context)
    {
        var (status, incident) = (context.Status, context.Incident);
        status.DetectedAt = context.Now;
        status.OnsetAt = context.Now;
        if (IncidentChecker.Check(incident.Spec) is { Count: > 0 } errors)
        {
            return PhaseResult.Go(Trigger.Broken, "InvalidSpec", string.Join("; ", errors));
        }

        if (context.Workload is not { } workload)
        {
            return PhaseResult.Go(Trigger.TargetGone, "WorkloadNotFound", $"spec.workloadRef.name: there is no {context.Key.Kind} {context.Key.Name} in namespace {context.Key.Namespace}");
        }

        status.WorkloadUid = workload.Uid;
        if (context.Policy is not { } policy || (context.Incident.Spec.PolicyRef is { } wanted && wanted.Name != policy.Name))
        {
            return NoPolicy(context, workload);
        }

        if (context.Reading is not { } reading)
        {
            status.DetectedAt = status.OnsetAt = null;
            status.WorkloadUid = null;
            return PhaseResult.Wait(TimeSpan.FromSeconds(1));
        }

        status.Policy = policy.Name;
        GoverningPolicy.Remember(status, policy);
        status.OnsetAt = reading.Firing.Select(signal => signal.Since).Min() ?? context.Now;
        status.Suspect = Assessor.Record(workload, workload.Current, workload.RolloutStartedAt);
        SignalNotes.Update(status, reading, context.Now);
        var first = reading.Firing.FirstOrDefault();
        status.Recurrence = book.Before(context.Key, workload.Uid, context.Uid, status.Signals.Select(signal => signal.Name), context.Now);
        var before = status.Recurrence is { } earlier ? $"; as in {earlier.Count} earlier incident{(earlier.Count > 1 ? "s" : "")} of the last 24 hours, {earlier.Previous} the last" : "";
        return first is null
            ? PhaseResult.Go(Trigger.Opened, "Reported", incident.Spec.Summary is { Length: > 0 } text ? text : "opened without a signal that fires")
            : first.IsKubernetesSign ? PhaseResult.Go(Trigger.Opened, first.Signal, first.Message + before)
            : PhaseResult.Go(Trigger.Opened, "SignalFiring", $"{first.Signal}: {first.Message}{before}");
    }

    private PhaseResult NoPolicy(IncidentContext context, Workloads.WorkloadSnapshot workload)
    {
        if (context.Incident.Spec.PolicyRef is { } reference)
        {
            return policies.Find(context.Key.Namespace, reference.Name) is null
                ? PhaseResult.Go(Trigger.TargetGone, "PolicyNotFound", $"spec.policyRef.name: there is no valid RemediationPolicy {reference.Name} in namespace {context.Key.Namespace}")
                : PhaseResult.Go(Trigger.TargetGone, "PolicyDoesNotGovern", $"spec.policyRef.name: RemediationPolicy {reference.Name} does not govern {workload.Key.Kind} {workload.Key.Name}{(context.Policy is { } other ? $", {other.Name} does" : "")}");
        }

        return PhaseResult.Go(Trigger.TargetGone, "NoPolicy", $"spec.workloadRef: no valid RemediationPolicy of namespace {context.Key.Namespace} selects {workload.Key.Kind} {workload.Key.Name}");
    }
}

/// <summary>Keeps the list of what alarmed: one entry for each signal, changed when its state does.</summary>
public static class SignalNotes
{
    public static void Update(IncidentStatus status, WorkloadReading reading, DateTimeOffset now)
    {
        foreach (var signal in reading.Signals)
        {
            var known = status.Signals.FirstOrDefault(record => record.Name == signal.Signal);
            if (known is not null)
            {
                if (known.State != signal.State.ToString() && signal.State != SignalState.Pending)
                {
                    Note(known, signal);
                }
            }
            else if (signal.State == SignalState.Firing)
            {
                var record = new SignalRecord { Name = signal.Signal, Fired = Bounded.Sentence(signal.Message), FirstSeen = signal.Since ?? now };
                Note(record, signal);
                Bounded.Add(status, status.Signals, StatusLimits.Signals, record);
            }
        }
    }

    private static void Note(SignalRecord record, SignalReading signal)
    {
        record.State = signal.State.ToString();
        record.Message = Bounded.Sentence(signal.Message);
        record.TimeLeft = signal.TimeLeft is { } left ? Quantities.Format(left) : null;
        record.Usual = signal.Expected is not { } expected ? null : new UsualRecord
        {
            Low = Quantities.FormatAny(expected.Low),
            High = Quantities.FormatAny(expected.High),
            Sigma = Quantities.Format(Math.Round(expected.Sigma, 1)),
            Score = Quantities.Format(Math.Round(expected.Score, 3)),
            Severity = expected.Severity.ToString(),
            Season = expected.Season.ToString(),
            Samples = expected.Samples,
        };
    }
}
