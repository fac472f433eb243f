using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// Several workloads that fell ill at once tell of something that they have in common, and not of the release of one of them. Not where that one failed from the first, or its trouble is the
/// new revision's alone: then it may well be its own, and what fell ill with it may call it in a way that nobody knows of.
/// </summary>
public sealed class FellIllTooAnalyser : IAnalyser
{
    /// <summary>One other may be chance.</summary>
    private const int Several = 2;

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        if (bundle.FellIllToo.Count >= Several && bundle.WellBefore is { } well && Confinement.ToTheNewRevision(bundle) is null)
        {
            var finding = @case.Find(EvidenceKind.Dependency, "others", bundle.OnsetAt, 0.5,
                $"the running revision served well for {Quantities.Format(well)}, until {string.Join(", ", bundle.FellIllToo)} fell ill too, which were not released and do not call {bundle.Workload.Key.Name}", bundle.Workload.Key.Reference);
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding);
        }
    }
}
