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
    private PastHold? _held;

    public PastWorkload Workload { get; } = workload;

    /// <summary>All incidents, oldest first; the last may be open.</summary>
    public List<PastIncident> Incidents { get; } = [];

    /// <summary>What was held down from its beginning to its end, oldest first; the last may go on.</summary>
    public List<PastHold> HeldDown { get; } = [];

    /// <summary>The signals that flapped.</summary>
    public List<PastFlap> Flaps { get; } = [];

    public IReadOnlyList<SignalTally> Signals { get; } = [.. policy.Signals.Select(signal => new SignalTally(signal, from, to))];

    /// <summary>Takes one evaluation in.</summary>
    public async Task StepAsync(WorkloadReading reading, CancellationToken cancellationToken)
    {
        for (var k = 0; k < Signals.Count; k++)
        {
            Signals[k].Add(reading.Time, reading.Signals[k]);
        }

        _book.Observe(reading, _open is not null);
        reading = reading with { Measured = _book.MeasuredOf(reading.Workload.Uid) };
        if (_open is null && reading.Firing.FirstOrDefault() is { } first)
        {
            if (HoldDown.Opens(reading, FlapsAt(reading)))
            {
                _open = Open(reading, first);
                Incidents.Add(_open);
                Raise();
            }
            else
            {
                Hold(reading, first);
            }
        }
        else if (_held is not null && Recovery.IsComplete(reading, new IncidentStatus { Signals = [.. _held.Signals.Select(signal => new SignalRecord { Name = signal })] }))
        {
            EndHold(reading.Time);
        }

        var wasOpen = _open;
        await AdvanceAsync(reading.Time, reading, cancellationToken);
        if (wasOpen is not null && _open is null)
        {
            Flaps.AddRange(FlapsAt(reading).Where(flap => !Flaps.Exists(known => known.Signal == flap.Signal)).Select(flap => new PastFlap(flap.Signal, reading.Time)));
        }
    }

    /// <summary>The workload is gone: it was not there for an hour.</summary>
    public async Task LoseAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        EndHold(now);
        await AdvanceAsync(now, null, cancellationToken);
    }

    /// <summary>What flaps by the operator's own rule. An incident in which it would have acted is none that went away by itself, whatever the history shows.</summary>
    private IReadOnlyList<FlappingSignal> FlapsAt(WorkloadReading reading) =>
        Flapping.Of(Incidents.Where(incident => !Acts(incident)).Select(incident => incident.Incident), reading.Workload.Uid, reading.Workload.Current.Revision, reading.Time);

    private void Hold(WorkloadReading reading, SignalReading first)
    {
        if (_held is null)
        {
            _held = new PastHold { Workload = Workload.Key, Signal = first.Signal, Message = first.Message, Value = first.Value, OnsetAt = Onset(reading), From = reading.Time };
            HeldDown.Add(_held);
        }

        _held.Signals.UnionWith(reading.Firing.Select(signal => signal.Signal));
    }

    /// <summary>An incident is open for it after all.</summary>
    private void Raise()
    {
        if (_held is not null)
        {
            HeldDown.Remove(_held);
            _held = null;
        }
    }

    private void EndHold(DateTimeOffset now)
    {
        if (_held is not null)
        {
            _held.To = now;
            _held = null;
        }
    }

    private static bool Acts(PastIncident incident) => incident.Proposal is { Verdict: Verdict.Allow };

    private static DateTimeOffset Onset(WorkloadReading reading) => reading.Firing.Select(signal => signal.Since).Min() ?? reading.Time;

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
            OnsetAt = Onset(reading),
            WorkloadUid = reading.Workload.Uid,
            Policy = policy.Name,
            PolicyGeneration = policy.Generation,
            Suspect = Assessor.Record(reading.Workload, reading.Workload.Current, reading.Workload.RolloutStartedAt),
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
            HeldDownFrom = _held?.From,
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

        // What other workloads did under the policy is asked when all is known.
        var proposal = WouldDo.Propose(policy, incident.Assessment, [.. Incidents.Where(one => one != incident && Acts(one)).Select(one => one.DecidedAt!.Value)]);
        (incident.Proposal, incident.DecidedAt) = (proposal, context.Now);
        return proposal.Verdict != Verdict.Wait || context.Now - context.Entered > LongestWait
            ? PhaseResult.Go(Trigger.Denied, proposal.Verdict == Verdict.Allow ? "NothingIsDone" : proposal.Reason, proposal.Message)
            : PhaseResult.Wait();
    }
}
