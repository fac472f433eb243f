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

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var firing = bundle.Signals.Where(signal => signal is { State: SignalState.Firing, IsKubernetesSign: false }).ToList();
        var saturated = firing.Where(signal => signal.IsSaturation).ToList();
        var risen = bundle.Load is { } load && load.Now >= LeastRate && load.Now >= load.Before * Rise;
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
            }
            else
            {
                @case.Against(Cause.Overload, subject, @case.Find(EvidenceKind.Series, Source, bundle.OnsetAt, 0.7, $"{text}: the load did not rise", "requests"));
            }
        }
    }
}
