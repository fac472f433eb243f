using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>Collects the evidence and looks for the cause.</summary>
public sealed class OrientingPhase(Assessor assessor) : IPhase
{
    public async Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken)
    {
        if (context.Workload is null || context.Policy is null)
        {
            return TargetLoss.Of(context);
        }

        if (context.Reading is not { } reading)
        {
            return PhaseResult.Wait();
        }

        var (bundle, diagnosis) = await assessor.AssessAsync(context, reading, cancellationToken).ConfigureAwait(false);
        var gaps = bundle.Gaps.Count > 0 ? $"; missing: {string.Join(", ", bundle.Gaps)}" : "";
        return diagnosis.Accepted is { } accepted
            ? PhaseResult.Go(Trigger.Diagnosed, accepted.Cause.ToString(),
                $"{accepted.Subject}, confidence {Api.Quantities.Format(accepted.Confidence)}, evidence: {string.Join(" and ", accepted.Kinds.Order())}{gaps}")
            : PhaseResult.Go(Trigger.Diagnosed, "CauseUnknown", $"{diagnosis.Findings.Count} findings, and no cause explains them{gaps}");
    }
}
