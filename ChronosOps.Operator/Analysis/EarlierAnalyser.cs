using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>Trouble that the revision before had too, within a day, and got over, is not clearly the release's; not where the release failed from the first, or the trouble is the new revision's alone.</summary>
public sealed class EarlierAnalyser : IAnalyser
{
    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        if (bundle is { Earlier: { } earlier, BeganWell: true } && Confinement.ToTheNewRevision(bundle) is null)
        {
            var finding = @case.Find(EvidenceKind.Series, "earlier", earlier.EndedAt, 0.5,
                $"{earlier.Signal} fired beside the release before too, and was over {Quantities.Format(bundle.OnsetAt - earlier.EndedAt)} before the trouble without any action", $"incident/{earlier.Incident}");
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding);
        }
    }
}
