using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>The signals measured by revision: trouble that only the new one shows is the new one's.</summary>
public sealed class RevisionComparisonAnalyser : IAnalyser
{
    private const string Source = "revisions";

    /// <summary>Somebody else's measurement, late, of nobody knows exactly what: beside a release that has just begun, too little for the usual policy.</summary>
    private const double ForAnAlert = 0.15;

    /// <summary>The old revision was well, and had ended when the trouble had begun: whatever else began then may be to blame. Where the new one was well after it as well, or runs the very same, it says nothing.</summary>
    private const double UntilThen = 0.5;

    /// <summary>Revisions that last served within this time of each other served side by side.</summary>
    private static readonly TimeSpan SideBySide = TimeSpan.FromSeconds(30);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var subject = Analysers.ReleaseOf(bundle);
        var current = bundle.Workload.Current.Revision;
        foreach (var firing in bundle.Signals.Where(signal => signal is { IsKubernetesSign: false, State: SignalState.Firing }))
        {
            var finding = @case.Find(firing.IsSaturation ? EvidenceKind.Saturation : EvidenceKind.Series, Source, firing.Since, 0.5, $"{firing.Signal}: {firing.Message}", $"signal {firing.Signal}");
            @case.For(Cause.BadRelease, subject, finding, firing.IsAlert ? ForAnAlert : firing.Revision == current ? 0.5 : 0.3);
            Compare(bundle, @case, subject, firing);
        }
    }

    private static void Compare(EvidenceBundle bundle, Case @case, string subject, SignalReading firing)
    {
        var (current, signal) = (bundle.Workload.Current.Revision, firing.Signal);
        var fresh = bundle.Measures.FirstOrDefault(measure => measure.Signal == signal && measure.Revision == current);
        if (fresh is null || OldOf(bundle, signal, current) is not { } old)
        {
            return;
        }

        // By what it was noticed, it is judged.
        var limit = firing.Limit is { } noticed && firing.Revision == current ? Math.Min(noticed, fresh.Threshold) : fresh.Threshold;
        var text = $"{signal} by revision: new {fresh.Text} of {fresh.Requests:0} requests, old {old.Text} of {old.Requests:0}";
        if (fresh.Value >= limit && old.Value < Math.Min(limit, old.Threshold))
        {
            if (old.DuringTrouble)
            {
                @case.For(Cause.BadRelease, subject, @case.Find(EvidenceKind.Series, Source, null, 0.85, text, $"signal {signal}"));
            }
            else if (!Proof.IsGiven(bundle) && !Cosmetic.IsRelease(bundle))
            {
                @case.For(Cause.BadRelease, subject, @case.Find(EvidenceKind.Series, Source, null, UntilThen, $"{text} until the trouble began", $"signal {signal}"));
            }
        }
        else if (old.Value >= old.Threshold)
        {
            var finding = @case.Find(EvidenceKind.Series, Source, null, 0.7, $"{text}: the old revision shows it too", $"signal {signal}");
            @case.Against(Cause.BadRelease, subject, finding);
        }
        else if (fresh.Value < limit)
        {
            var finding = @case.Find(EvidenceKind.Series, Source, null, 0.5, $"{text}: the new revision does not show it", $"signal {signal}");
            @case.Against(Cause.BadRelease, subject, finding);
        }
    }

    /// <summary>
    /// What served until the current revision came: an earlier bad release that was rolled back minutes ago is history. Of several that served
    /// side by side a proven one, and then the one with the most requests.
    /// </summary>
    private static RevisionMeasure? OldOf(EvidenceBundle bundle, string signal, string current)
    {
        var others = bundle.Measures.Where(measure => measure.Signal == signal && measure.Revision != current).ToList();
        var newest = others.Select(measure => measure.SeenAt).DefaultIfEmpty().Max();
        return others
            .Where(measure => newest - measure.SeenAt <= SideBySide)
            .OrderByDescending(measure => bundle.KnownGood.Any(good => good.Revision == measure.Revision))
            .ThenByDescending(measure => measure.Requests)
            .FirstOrDefault();
    }
}
