using System.Globalization;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>ConfigMaps and Secrets that were changed in place or are gone.</summary>
public sealed class ConfigurationAnalyser : IAnalyser
{
    /// <summary>A mounted ConfigMap reaches the pods within about a minute and a half.</summary>
    private static readonly TimeSpan VeryClose = TimeSpan.FromMinutes(2);

    /// <summary>The onset is the beginning of the step in which the trouble was measured, and clocks differ.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(15);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var current = bundle.Workload.Current.Revision;
        foreach (var config in bundle.Configs.Where(config => config.Revisions.Contains(current)))
        {
            var subject = config.Subject;
            var reference = $"{config.Reference.Kind.ToLowerInvariant()}/{config.Reference.Name}";
            if (config.Exists == false && !config.Reference.Optional)
            {
                @case.For(Cause.BadConfiguration, subject, @case.Find(EvidenceKind.Change, "configuration", null, 0.6, $"{subject} does not exist", reference));
                WasThere(bundle, @case, config, reference);
                Kept(@case, subject, reference, config.Kept);
            }
            else if (config.ChangedAt is { } changed && changed > bundle.OnsetAt - ConfigReference.Suspected)
            {
                Changed(bundle, @case, config, reference, changed);
                Kept(@case, subject, reference, config.Kept);
            }
        }
    }

    /// <summary>
    /// A container waits for it while pods of the same release run, or of one before that has proved itself and refers to it too; and none begins without what it refers to: it is gone since then, and the
    /// release did not forget it. That requests fail of pods that run has another cause.
    /// </summary>
    private static void WasThere(EvidenceBundle bundle, Case @case, ConfigFact config, string reference)
    {
        if (IsAwaited(bundle, config.Reference.Name) && (Began(bundle) ?? BeganBefore(bundle, config)) is { } began)
        {
            var was = @case.Find(EvidenceKind.ContainerState, "configuration", began.At, 0.7, $"{began.Who}, so {config.Subject} was there when {began.It} began", reference);
            @case.For(Cause.BadConfiguration, config.Subject, was);
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), was);
        }
    }

    /// <summary>The newest pod of the running revision that serves.</summary>
    private static (DateTimeOffset? At, string Who, string It)? Began(EvidenceBundle bundle) =>
        Newest(bundle, bundle.Workload.Current.Revision) is { } runs ? (runs.CreatedAt, $"pod {runs.Name} of the same release runs", "it") : null;

    /// <summary>Another revision that has proved itself, cannot do without it, and serves still or served until the release came.</summary>
    private static (DateTimeOffset? At, string Who, string It)? BeganBefore(EvidenceBundle bundle, ConfigFact config) =>
        (from good in bundle.KnownGood
         where good.Revision != bundle.Workload.Current.Revision && config.Revisions.Contains(good.Revision)
         where bundle.Workload.Revision(good.Revision)?.Facts.ConfigReferences.Any(one => (one.Kind, one.Name, one.Optional) == (config.Reference.Kind, config.Reference.Name, false)) == true
         let runs = Newest(bundle, good.Revision)
         where runs is not null || good.LastGoodAt >= bundle.Workload.RolloutStartedAt
         orderby runs is null
         select ((DateTimeOffset?, string, string)?)(runs is null
             ? (good.StartedAt, $"revision {good.Revision} refers to it too, and served well until the release", "its pods")
             : (runs.CreatedAt, $"pod {runs.Name} of revision {good.Revision}, which refers to it too and has proved itself, runs", "it"))).FirstOrDefault();

    private static PodSnapshot? Newest(EvidenceBundle bundle, string revision) => bundle.Workload.PodsOf(revision).Where(pod => pod.Serving).MaxBy(pod => pod.CreatedAt);

    /// <summary>Between two tries to begin, the kubelet says that the container crashes; its Event still tells for want of what (`Error: configmap "settings" not found`).</summary>
    private static bool IsAwaited(EvidenceBundle bundle, string name)
    {
        var pods = bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Where(pod => !pod.Deleting).Select(pod => $"Pod/{pod.Name}").ToHashSet();
        return bundle.Signals.Any(signal => signal is { Signal: PodSigns.ContainerConfigError, State: SignalState.Firing })
            || bundle.Events.Any(e => e is { Type: "Warning", Reason: "Failed" } && e.Time >= bundle.OnsetAt - ClockSlack && pods.Contains(e.Object) && e.Message.Contains($"\"{name}\" not found", StringComparison.Ordinal));
    }

    private static void Changed(EvidenceBundle bundle, Case @case, ConfigFact config, string reference, DateTimeOffset changed)
    {
        var (subject, current) = (config.Subject, bundle.Workload.Current.Revision);
        var before = bundle.OnsetAt - changed;
        var when = before >= TimeSpan.Zero ? $"{Quantities.Format(before)} before" : $"{Quantities.Format(-before)} after";
        var finding = @case.Find(EvidenceKind.Change, "configuration", changed, 0.4, $"{subject} was changed in place {when} the trouble", reference);
        if (before < -ClockSlack)
        {
            @case.Against(Cause.BadConfiguration, subject, finding, 0.9);
            return;
        }

        @case.For(Cause.BadConfiguration, subject, finding, before <= VeryClose ? 0.5 : 0.4);
        if (bundle.KnownGood.FirstOrDefault(good => good.Revision == current && good.ProvenAt <= changed) is { } proven)
        {
            var was = @case.Find(EvidenceKind.Change, "configuration", proven.ProvenAt, 0.5, $"the running revision had proved itself before {subject} was changed, and is the same", reference);
            @case.For(Cause.BadConfiguration, subject, was);
        }

        if (changed < bundle.Workload.RolloutStartedAt && bundle.KnownGood.Any(good => good.Revision != current && config.Revisions.Contains(good.Revision) && good.StartedWith(changed)))
        {
            var served = @case.Find(EvidenceKind.Series, "configuration", null, 0.7, $"pods of the revision before started after {subject} was changed, and served well", reference);
            @case.Against(Cause.BadConfiguration, subject, served);
        }
    }

    /// <summary>What it held when the workload served well. A write that left all as it was, such as one of a label, is not the cause.</summary>
    private static void Kept(Case @case, string subject, string reference, KeptConfig? kept)
    {
        if (kept is { KeptAt: { } at, Difference: { } difference })
        {
            var when = at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            if (difference.IsNone)
            {
                @case.Against(Cause.BadConfiguration, subject, @case.Find(EvidenceKind.Change, "configuration", at, 0.8, $"{subject} holds what was kept as known good at {when}", reference));
                return;
            }

            var differs = @case.Find(EvidenceKind.Change, "configuration", at, 0.5, $"since {subject} was kept as known good at {when}: {difference}", $"configmap/{kept.Name}");
            @case.For(Cause.BadConfiguration, subject, differs);
        }
        else if (kept?.Missing is { } why)
        {
            @case.Find(EvidenceKind.Change, "configuration", null, 0.1, $"no known good version of {subject} can be offered: {why}", reference);
        }
    }
}
