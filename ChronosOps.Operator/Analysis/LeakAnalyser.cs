using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// Memory that grows in most pods of a release that has served for long, or that runs out in them again and again, without more requests and without anything that
/// people have changed. In a release that has yet to prove itself the same is the release's doing.
/// </summary>
public sealed class LeakAnalyser : IAnalyser
{
    private const string Source = "memory";

    /// <summary>Where there is a release to return to, a leak may be this one's news until then.</summary>
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    /// <summary>What runs out of memory sooner does not leak slowly: it asks for too much.</summary>
    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(10);

    /// <summary>More requests than this, by those before, may need more memory.</summary>
    private const double Rise = 1.2;

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var firing = bundle.Signals.Where(signal => signal.State == SignalState.Firing).ToList();
        var growth = firing.Where(signal => signal.TellsGrowth).ToList();
        var ranOut = firing.Find(signal => signal.Signal == PodSigns.OutOfMemory);
        if (growth.Count == 0 && ranOut is null)
        {
            return;
        }

        var subject = $"memory of {bundle.Workload.Key.Name}";
        @case.Consider(Cause.Leak, subject);
        growth.ForEach(signal => Growth(bundle, @case, subject, signal));
        if (ranOut is not null)
        {
            RanOut(bundle, @case, subject, ranOut);
        }

        Release(bundle, @case, subject);
        Load(bundle, @case, subject);
    }

    /// <summary>Pods that were made anew lately cannot be told yet, and count among those that do not grow.</summary>
    private static void Growth(EvidenceBundle bundle, Case @case, string subject, SignalReading signal)
    {
        var pods = bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Where(pod => !pod.Deleting).Select(pod => pod.Name).ToHashSet();
        var growing = signal.Pods.Count(pod => pods.Contains(pod.Pod) && pod.IsNear);
        var text = $"{signal.Signal} by pod: memory of {growing} of {pods.Count} grows so ({signal.Message})";
        if (growing * 2 > pods.Count)
        {
            @case.For(Cause.Leak, subject, @case.Find(EvidenceKind.Series, Source, signal.Since, 0.75, text, $"signal {signal.Signal}"));
        }
        else
        {
            @case.Against(Cause.Leak, subject, @case.Find(EvidenceKind.Series, Source, signal.Since, 0.7, $"{text}: most do not", $"signal {signal.Signal}"));
        }
    }

    private static void RanOut(EvidenceBundle bundle, Case @case, string subject, SignalReading sign)
    {
        var workload = bundle.Workload;
        var kills = PodSigns.Kills(workload, bundle.CollectedAt);
        var shortest = kills.Min(kill => kill.Container.TerminatedAt - kill.Container.RanSince);
        if (kills.Any(kill => kill.Container.RanSince is null) || shortest is not { } run || run < LongRun)
        {
            var soon = shortest is { } time ? $"after {Quantities.Format(time)} only" : "after nobody knows how long";
            @case.Against(Cause.Leak, subject, @case.Find(EvidenceKind.ContainerState, Source, sign.Since, 0.7, $"memory ran out {soon}: {sign.Message}", workload.Key.Reference));
            return;
        }

        var pods = kills.Select(kill => kill.Pod.Name).Distinct().Count();
        var most = pods > 1 && pods * 2 > workload.PodsOf(workload.Current.Revision).Count(pod => !pod.Deleting);
        var finding = @case.Find(EvidenceKind.ContainerState, Source, sign.Since, 0.7, $"memory of {pods} of {workload.Pods.Count} pods ran out after they had run for {Quantities.Format(run)} or longer", workload.Key.Reference);
        @case.For(Cause.Leak, subject, finding, most ? 0.7 : 0.4);
    }

    private static void Release(EvidenceBundle bundle, Case @case, string subject)
    {
        var workload = bundle.Workload;
        var age = bundle.OnsetAt - workload.RolloutStartedAt;
        if (!Settled.IsRelease(bundle) || (workload.Previous is not null && age < Old))
        {
            var young = @case.Find(EvidenceKind.Change, Source, workload.RolloutStartedAt, 0.9, $"the release began {Quantities.Format(age)} before the trouble: it may have brought the leak", workload.Key.Reference);
            @case.Against(Cause.Leak, subject, young);
            return;
        }

        var text = $"the release had proved itself, and began {Quantities.Format(age)} before the trouble";
        var settled = @case.Find(EvidenceKind.Change, Source, workload.RolloutStartedAt, 0.5, Unchanged.SincePodsBegan(bundle) ? $"{text}; nothing was changed since its pods began" : text, workload.Key.Reference);
        @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), settled);
        if (Unchanged.SincePodsBegan(bundle))
        {
            @case.For(Cause.Leak, subject, settled);
        }
    }

    private static void Load(EvidenceBundle bundle, Case @case, string subject)
    {
        if (bundle.Load is not { } load)
        {
            @case.Against(Cause.Leak, subject, @case.Find(EvidenceKind.Series, Source, null, 0.2, "whether there are more requests than before is not known", "requests"));
            return;
        }

        var text = $"{Quantities.Format(load.Now)} requests/s since the trouble began, {Quantities.Format(load.Before)} before";
        if (load.Now >= load.Before * Rise)
        {
            var more = @case.Find(EvidenceKind.Series, Source, bundle.OnsetAt, 0.7, $"{text}: more requests may need more memory", "requests");
            @case.Against(Cause.Leak, subject, more);
            if (Proof.IsGiven(bundle))
            {
                @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), more, 0.5);
            }
        }
        else
        {
            @case.For(Cause.Leak, subject, @case.Find(EvidenceKind.Series, Source, bundle.OnsetAt, 0.2, $"{text}: the load did not rise", "requests"));
        }
    }
}
