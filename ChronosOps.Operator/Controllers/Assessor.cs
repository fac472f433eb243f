using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>Collects the evidence, has it analysed and writes both into the incident's status.</summary>
public sealed class Assessor(Collectors collectors)
{
    /// <summary>Assesses the incident as things are now.</summary>
    public async Task<Assessment> AssessAsync(IncidentContext context, WorkloadReading reading, CancellationToken cancellationToken)
    {
        var bundle = await CollectAsync(context, reading, cancellationToken).ConfigureAwait(false);
        var diagnosis = Analysers.Diagnose(bundle);
        Write(context.Status, bundle, diagnosis, context.LastAction);
        GoverningPolicy.Remember(context.Status, reading.Policy);
        return new Assessment(bundle, diagnosis);
    }

    /// <summary>Collects the evidence, and leaves what was assessed before as it is.</summary>
    public async Task<EvidenceBundle> CollectAsync(IncidentContext context, WorkloadReading reading, CancellationToken cancellationToken)
    {
        var onset = LaterTrouble.OnsetOf(context.Status, reading) ?? context.Status.DetectedAt ?? context.Now;
        var bundle = await collectors.CollectAsync(new CollectionRequest(reading, onset, context.Now), cancellationToken).ConfigureAwait(false);
        var later = LaterTrouble.IsIn(context.Status);
        return bundle with { PodsMissedBefore = later, PodsRefusedBefore = later && context.Status.MissedFor != nameof(Cause.NoRoom) };
    }

    /// <summary>The revision as incidents record it.</summary>
    public static RevisionRecord Record(WorkloadSnapshot workload, TemplateFacts facts, DateTimeOffset? startedAt)
    {
        var revision = workload.Revision(facts.Revision);
        return new RevisionRecord
        {
            Hash = facts.Revision,
            Number = revision?.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ReplicaSet = workload.Key.Kind == WorkloadKind.Deployment ? revision?.Holders[0] : null,
            ControllerRevision = workload.Key.Kind == WorkloadKind.Deployment ? null : revision?.Holders[0],
            Images = Bounded.Sentence(facts.Images),
            StartedAt = startedAt,
        };
    }

    /// <summary>
    /// Writes the assessment down. After an action that did not help the suspect stays who it was, and so does the whole assessment that was acted on where the new one
    /// explains nothing: why it was done must not be lost.
    /// </summary>
    internal static void Write(IncidentStatus status, EvidenceBundle bundle, Diagnosis diagnosis, ActionRecord? last = null)
    {
        var inVain = last is { State: ActionState.Failed } && bundle.Workload.Current.Revision == last.ToRevision;
        if (inVain && diagnosis.Accepted is null)
        {
            return;
        }

        status.Suspect = inVain ? status.Suspect : Record(bundle.Workload, bundle.Workload.Current, bundle.Workload.RolloutStartedAt);
        status.Cause = (diagnosis.Accepted?.Cause ?? Cause.Unknown).ToString();
        status.Confidence = Quantities.Format(diagnosis.Accepted?.Confidence ?? 0);
        status.Omitted = null;
        status.Gaps = Bounded.Take(status, [.. diagnosis.Gaps.Select(Bounded.Sentence)], StatusLimits.Gaps);
        status.Findings = Bounded.Take(status, [.. diagnosis.Findings.Select(Record)], StatusLimits.Findings);
        status.Hypotheses = Bounded.Take(status, [.. diagnosis.Hypotheses.Select(hypothesis => Record(status, hypothesis, diagnosis.Accepted))], StatusLimits.Hypotheses);
    }

    private static FindingRecord Record(Finding finding) => new()
    {
        Id = finding.Id,
        Kind = finding.Kind.ToString(),
        Source = finding.Source,
        Time = finding.Time,
        Strength = Quantities.Format(finding.Strength),
        Message = Bounded.Sentence(finding.Message),
        Ref = finding.Ref is null ? null : Bounded.Sentence(finding.Ref),
    };

    private static HypothesisRecord Record(IncidentStatus status, Hypothesis hypothesis, Hypothesis? accepted) => new()
    {
        Cause = hypothesis.Cause.ToString(),
        Subject = Bounded.Sentence(hypothesis.Subject),
        Confidence = Quantities.Format(hypothesis.Confidence),
        Verdict = ReferenceEquals(hypothesis, accepted) ? "Accepted" : "Rejected",
        Reason = Bounded.Sentence(hypothesis.Rejection ?? "explains the trouble best"),
        For = Bounded.Take(status, [.. hypothesis.For.Select(argument => argument.Finding.Id)], StatusLimits.Arguments),
        Against = Bounded.Take(status, [.. hypothesis.Against.Select(argument => argument.Finding.Id)], StatusLimits.Arguments),
    };
}
