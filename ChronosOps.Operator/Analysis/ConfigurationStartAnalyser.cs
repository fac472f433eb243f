using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// Pods of a proven release that are the first to start with what a ConfigMap or Secret holds since it was changed, in a restart or by themselves. Variables are read when a container starts, and
/// many a file too, so that a change shows only then. The release is the one that was well with what was there before, and a pod is not ill by itself where it alone has read something else.
/// </summary>
public sealed class ConfigurationStartAnalyser : IAnalyser
{
    private const string Source = "configuration";

    /// <summary>How the kubelet says that a container cannot start for want of what it refers to.</summary>
    private const string ConfigError = "CreateContainerConfigError";

    /// <summary>The onset is the beginning of the step in which the trouble was measured, and clocks differ.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(15);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        // Of an image that may stand for other content now a restart is a release.
        if (Proof.Of(bundle) is not { } good || bundle.Workload.Current.Containers.Any(container => container.IsMutable))
        {
            return;
        }

        foreach (var config in bundle.Configs.Where(config => config.Revisions.Contains(good.Revision) && config.Kept?.Difference is not { IsNone: true }))
        {
            if (config.ChangedAt is { } changed && good.StartedAt < changed && changed <= bundle.OnsetAt + ClockSlack && Starts.Of(bundle, changed) is { } starts)
            {
                Blame(bundle, @case, config, changed, starts);
            }
        }
    }

    private static void Blame(EvidenceBundle bundle, Case @case, ConfigFact config, DateTimeOffset changed, Starts starts)
    {
        var (subject, reference) = (config.Subject, $"{config.Reference.Kind.ToLowerInvariant()}/{config.Reference.Name}");
        if (changed <= bundle.OnsetAt - ConfigReference.Suspected)
        {
            var when = @case.Find(EvidenceKind.Change, Source, changed, 0.4, $"{subject} was changed in place {Quantities.Format(bundle.OnsetAt - changed)} before the trouble", reference);
            @case.For(Cause.BadConfiguration, subject, when);
        }

        var who = starts.Before == 0 ? $"all {starts.Since} pods started after {subject} was changed"
            : $"{starts.Since} of {starts.Since + starts.Before} pods started after {subject} was changed, and {(!starts.IsTold ? "which ones show it cannot be told" : starts.Since == 1 ? "it alone shows it" : "they alone show it")}";
        var finding = @case.Find(starts.Kind, Source, starts.First, starts.IsTold ? 0.75 : 0.4, $"{who}; the release had proved itself with pods that started before", reference);
        @case.For(Cause.BadConfiguration, subject, finding);
        @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding, starts.IsTold ? 0.8 : 0.6);
        if (starts.IsTold)
        {
            @case.AgainstAll(Cause.PodFault, finding, 0.9);
        }
    }

    /// <summary>The pods of the running release, by whether they started since a change.</summary>
    /// <param name="Since">How many did.</param>
    /// <param name="Before">How many did not.</param>
    /// <param name="First">When the first one did.</param>
    /// <param name="Kind">By what the ill ones are told.</param>
    /// <param name="IsTold">Whether those that did can be told to be ill, and the others to be well; always where there are no others.</param>
    private sealed record Starts(int Since, int Before, DateTimeOffset First, EvidenceKind Kind, bool IsTold)
    {
        /// <summary>Null where the trouble did not come with their start, or pods speak against it.</summary>
        public static Starts? Of(EvidenceBundle bundle, DateTimeOffset changed)
        {
            var firing = bundle.Signals.Where(signal => signal.State == SignalState.Firing && signal.Signal is not (PodSigns.ImagePullFailure or ServiceSigns.EndpointsMissing)).ToList();
            var pods = bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Where(pod => !pod.Deleting).ToList();
            var ends = PodSigns.Restarts(pods, bundle.CollectedAt).Select(restart => restart.Pod.Uid).ToHashSet();
            var bad = pods.Where(pod => firing.Exists(signal => signal.IsKubernetesSign) && (!pod.Ready || ends.Contains(pod.Uid))).ToList();
            var since = pods.Where(pod => pod.LastStartedAt >= changed || pod.Containers.Any(container => container.WaitingReason == ConfigError)).ToList();
            if (firing.Count == 0 || since.Count == 0)
            {
                return null;
            }

            // Of a container that ends again and again the last start is known, and not the first one since the change.
            var first = since.Min(pod => pod.CreatedAt >= changed ? pod.CreatedAt : bad.Contains(pod) ? changed : pod.LastStartedAt ?? changed);
            var measured = PodComparison.Of(bundle).Where(comparison => comparison.Ill.Count > 0).ToList();
            if (first <= bundle.OnsetAt - ConfigReference.Suspected || first > bundle.OnsetAt + ClockSlack || Contradict(bundle, since, bad, measured))
            {
                return null;
            }

            var before = pods.Count - since.Count;
            var told = before == 0 || (measured.Count > 0 ? measured.Exists(comparison => comparison.Well.Count > 0) : bad.Count > 0);
            return new Starts(since.Count, before, first, measured.Count > 0 ? EvidenceKind.Series : EvidenceKind.ContainerState, told);
        }

        /// <summary>One that started before is ill, or one that started since is well, or was ready before the trouble and still is.</summary>
        private static bool Contradict(EvidenceBundle bundle, List<PodSnapshot> since, List<PodSnapshot> bad, List<PodComparison> measured)
        {
            var names = since.Select(pod => pod.Name).ToHashSet();
            return bad.Exists(pod => !names.Contains(pod.Name))
                || measured.Exists(comparison => comparison.Ill.Any(measure => !names.Contains(measure.Pod)) || comparison.Well.Any(measure => names.Contains(measure.Pod)))
                || (bad.Count > 0 && since.Exists(pod => pod.Ready && !bad.Contains(pod) && pod.ReadyChangedAt < bundle.OnsetAt - ClockSlack));
        }
    }
}
