using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>More requests than before, and containers at their limits: a load that the workload is too small for.</summary>
public sealed class LoadAnalyser : IAnalyser
{
    private const string Source = "load";

    /// <summary>Traffic varies; a rise below this explains no trouble.</summary>
    private const double Rise = 1.5;

    /// <summary>Requests per second below which a multiple says nothing.</summary>
    private const double LeastRate = 1;

    /// <summary>Whether the workload gets markedly more requests since the trouble began than before.</summary>
    public static bool HasRisen(EvidenceBundle bundle) => bundle.Load is { } load && load.Now >= LeastRate && load.Now >= load.Before * Rise;

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var firing = bundle.Signals.Where(signal => signal is { State: SignalState.Firing, IsKubernetesSign: false }).ToList();
        var saturated = firing.Where(signal => signal.IsSaturation).ToList();
        var risen = HasRisen(bundle);
        if (firing.Count == 0 || (saturated.Count == 0 && !risen))
        {
            return;
        }

        var subject = $"load of {bundle.Workload.Key.Name}";
        @case.Consider(Cause.Overload, subject);
        foreach (var signal in saturated)
        {
            var full = @case.Find(EvidenceKind.Saturation, Source, signal.Since, 0.7, $"{signal.Signal}: {signal.Message}", $"signal {signal.Signal}");
            @case.For(Cause.Overload, subject, full, risen ? 0.7 : 0.4);
        }

        if (bundle.Load is { } measured)
        {
            var text = $"{Quantities.Format(measured.Now)} requests/s since the trouble began, {Quantities.Format(measured.Before)} before";
            if (risen)
            {
                @case.For(Cause.Overload, subject, @case.Find(EvidenceKind.Series, Source, bundle.OnsetAt, 0.6, text, "requests"));
                AgainstOthers(bundle, @case, subject);
            }
            else
            {
                @case.Against(Cause.Overload, subject, @case.Find(EvidenceKind.Series, Source, bundle.OnsetAt, 0.7, $"{text}: the load did not rise", "requests"));
            }
        }
    }

    /// <summary>A release that served well until the requests rose is no better suspect than they are; and where what is called fails, requests may be repeated ones, of which more replicas would pass on more.</summary>
    private static void AgainstOthers(EvidenceBundle bundle, Case @case, string subject)
    {
        if (bundle.WellBefore is { } well)
        {
            var until = @case.Find(EvidenceKind.Series, Source, bundle.OnsetAt, 0.4, $"the running revision served well for {Quantities.Format(well)} until the requests rose", "requests");
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), until);
        }

        if (bundle.Dependencies.FirstOrDefault(dependency => dependency.CallsFail) is { } called)
        {
            var fails = @case.Find(EvidenceKind.Dependency, Source, null, 0.5, $"calls to {called.Name} fail, and requests may be repeated for it: more replicas would pass on more of them", called.Reference);
            @case.Against(Cause.Overload, subject, fails);
        }
    }
}
