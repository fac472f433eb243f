using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>One incident at one moment, with what is known of its workload.</summary>
public sealed record IncidentContext
{
    public required Incident Incident { get; init; }
    public required IncidentStatus Status { get; init; }
    public required DateTimeOffset Now { get; init; }
    public required WorkloadKey Key { get; init; }

    /// <summary>The workload; null where there is none of that name, or it is another object than when the incident began.</summary>
    public required WorkloadSnapshot? Workload { get; init; }

    /// <summary>The policy that governs; null where there is none.</summary>
    public required EffectivePolicy? Policy { get; init; }

    /// <summary>The newest evaluation; null right after a start.</summary>
    public required WorkloadReading? Reading { get; init; }

    public string Uid => Incident.Metadata.Uid ?? "";

    /// <summary>When the present phase was entered. Later entries of the same phase tell of something else.</summary>
    public DateTimeOffset Entered => Status.Timeline.Skip(Status.Timeline.FindLastIndex(record => record.Phase != Status.Phase) + 1).FirstOrDefault()?.Time ?? Now;

    public ActionRecord? LastAction => Status.Actions.LastOrDefault();
}

/// <summary>What a phase has to say: what happened, or when to look again.</summary>
public sealed record PhaseResult(Happening? Happening, TimeSpan? After = null)
{
    public static PhaseResult Go(Trigger trigger, string reason, string message) => new(new Happening(trigger, reason, message));

    /// <summary>Nothing happened; look again at the next evaluation, or after a time.</summary>
    public static PhaseResult Wait(TimeSpan? after = null) => new(null, after);
}

/// <summary>What one phase does: reads, judges, writes into the status, and at most has one effect that was written down before.</summary>
public interface IPhase
{
    Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken);
}

/// <summary>An assessment: the evidence and what it was taken for.</summary>
public sealed record Assessment(EvidenceBundle Bundle, Diagnosis Diagnosis);
