using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>A release of which nothing has begun has answered no request: what series show is of the pods that serve, and those are the revision before's.</summary>
public sealed class UnbegunAnalyser : IAnalyser
{
    private const string Source = "revisions";

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        // A release that cannot begin for what it asks for is to blame for that, whatever else there is.
        var others = Begun.SeriesOfTheOther(bundle);
        if (bundle.Workload.IsBatch || others.Count == 0 || bundle.NewDemands?.Any is not null || RefusalAnalyser.RefusedFor(bundle) is not null)
        {
            return;
        }

        var finding = @case.Find(EvidenceKind.Series, Source, others[0].Since, 0.8, $"no pod of the release has begun: {string.Join(", ", others.Select(signal => signal.Signal))} is measured of pods of another revision", $"signal {others[0].Signal}");
        @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding);
    }
}
