using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>
/// Follows one workload through its readings as the operator does: opens an incident when something fires, has the operator's own phases confirm, escalate and end
/// it, and notes what would have been done. Nothing is done, so that what comes after an incident is what came without help.
/// </summary>
internal sealed class PastFollower(PastWorkload workload, EffectivePolicy policy, TimeSpan interval, WouldDo wouldDo, DateTimeOffset from, DateTimeOffset to)
{
    /// <summary>As long as the operator waits for what may be allowed later.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(30);
    private readonly KnownGoodBook _book = new();
    private readonly ObservingPhase _observing = new(interval);
    private readonly EscalatedPhase _escalated = new(interval);
    private PastIncident? _open;

    public PastWorkload Workload { get; } = workload;

    /// <summary>All incidents, oldest first; the last may be open.</summary>
    public List<PastIncident> Incidents { get; } = [];

    public IReadOnlyList<SignalTally> Signals { get; } = [.. policy.Signals.Select(signal => new SignalTally(signal, from, to))];

    /// <summary>Takes one evaluation in.</summary>
    public async Task StepAsync(WorkloadReading reading, CancellationToken cancellationToken)
    {
        for (var k = 0; k < Signals.Count; k++)
        {
            Signals[k].Add(reading.Time, reading.Signals[k]);
        }

        _book.Observe(reading, _open is not null);
        if (_open is null && reading.Firing.FirstOrDefault() is { } first)
        {
            _open = Open(reading, first);
            Incidents.Add(_open);
        }

        await AdvanceAsync(reading.Time, reading, cancellationToken);
    }

    /// <summary>The workload is gone: it was not there for an hour.</summary>
    public Task LoseAsync(DateTimeOffset now, CancellationToken cancellationToken) => AdvanceAsync(now, null, cancellationToken);

    private async Task AdvanceAsync(DateTimeOffset now, WorkloadReading? reading, CancellationToken cancellationToken)
    {
        while (_open is { } incident)
        {
            var context = new IncidentContext
            {
                Incident = incident.Incident,
                Status = incident.Status,
                Now = now,
                Key = Workload.Key,
                Workload = reading?.Workload,
                Policy = policy,
                Reading = reading,
            };
            var result = incident.Status.Phase switch
            {
                IncidentPhase.Observing => await _observing.RunAsync(context, cancellationToken),
                IncidentPhase.Orienting when reading is not null => await OrientAsync(incident, context, reading, cancellationToken),
                IncidentPhase.Deciding when reading is not null => await DecideAsync(incident, context, reading, cancellationToken),
                IncidentPhase.Escalated => await _escalated.RunAsync(context, cancellationToken),
                _ => PhaseResult.Go(Trigger.TargetGone, "TargetGone", "the workload is gone"),
            };
            if (result.Happening is not { } happening)
            {
                return;
            }

            Transition.Apply(incident.Status, happening, null, now);
            _open = PhaseTable.IsEnd(incident.Status.Phase) ? null : incident;
        }
    }

    private PastIncident Open(WorkloadReading reading, SignalReading first)
    {
        var status = new IncidentStatus
        {
            DetectedAt = reading.Time,
            OnsetAt = reading.Firing.Select(signal => signal.Since).Min() ?? reading.Time,
            WorkloadUid = reading.Workload.Uid,
            Policy = policy.Name,
            PolicyGeneration = policy.Generation,
        };
        SignalNotes.Update(status, reading, reading.Time);
        Transition.Apply(status, new Happening(Trigger.Opened, "SignalFiring", $"{first.Signal}: {first.Message}"), null, reading.Time);
        var began = reading.Workload.RolloutStartedAt;
        return new PastIncident
        {
            Workload = Workload.Key,
            Incident = new Incident
            {
                Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Kind = Workload.Key.Kind, Name = Workload.Key.Name }, Source = IncidentSource.Operator },
                Status = status,
            },
            Signal = first.Signal,
            Message = first.Message,
            Value = first.Value,
            Revision = reading.Workload.Current.Revision,
            RolledOutAt = Workload.Rollouts.Any(rollout => rollout.At == began) ? began : null,
        };
    }

    private async Task<PhaseResult> OrientAsync(PastIncident incident, IncidentContext context, WorkloadReading reading, CancellationToken cancellationToken)
    {
        incident.Assessment = await wouldDo.AssessAsync(reading, incident.OnsetAt, _book, cancellationToken);
        Assessor.Write(context.Status, incident.Assessment.Bundle, incident.Assessment.Diagnosis);
        var accepted = incident.Assessment.Diagnosis.Accepted;
        return PhaseResult.Go(Trigger.Diagnosed, accepted?.Cause.ToString() ?? "CauseUnknown", accepted?.Subject ?? "no cause explains it");
    }

    /// <summary>As the operator decides, but that nothing follows. Whom a gate has wait is looked at anew.</summary>
    private async Task<PhaseResult> DecideAsync(PastIncident incident, IncidentContext context, WorkloadReading reading, CancellationToken cancellationToken)
    {
        SignalNotes.Update(context.Status, reading, context.Now);
        if (context.Now - context.Entered > interval * 3 && Recovery.IsComplete(reading, context.Status))
        {
            return PhaseResult.Go(Trigger.Recovered, "RecoveredByItself", "nothing fires any more, and nothing was done");
        }

        if (incident.Assessment?.Bundle.CollectedAt != context.Now)
        {
            incident.Assessment = await wouldDo.AssessAsync(reading, incident.OnsetAt, _book, cancellationToken);
            Assessor.Write(context.Status, incident.Assessment.Bundle, incident.Assessment.Diagnosis);
        }

        var proposal = WouldDo.Propose(policy, incident.Assessment, []);
        (incident.Proposal, incident.DecidedAt) = (proposal, context.Now);
        return proposal.Verdict != Verdict.Wait || context.Now - context.Entered > LongestWait
            ? PhaseResult.Go(Trigger.Denied, proposal.Verdict == Verdict.Allow ? "NothingIsDone" : proposal.Reason, proposal.Message)
            : PhaseResult.Wait();
    }
}
