using System.Text.RegularExpressions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// A release of the same images that changed a probe; its containers run, that very probe fails, and no pod gets ready. Where the images changed too, the probe may well be
/// right: then it is one of the changes of a bad release.
/// </summary>
public sealed partial class ProbeAnalyser : IAnalyser
{
    private const string Source = "probes";

    /// <summary>How a container ends that the kubelet ends: by the signal that it is sent, or in good order.</summary>
    private static readonly HashSet<int> EndsOfTheKubelet = [0, 137, 143];
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(15);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var workload = bundle.Workload;
        var changes = (bundle.TemplateChanges ?? []).Select(change => ChangedProbe().Match(change)).Where(match => match.Success).ToList();
        if (changes.Count == 0 || workload.Previous?.Facts.Images != workload.Current.Images || workload.RolloutStartedAt > bundle.OnsetAt + ClockSlack)
        {
            return;
        }

        var pods = workload.PodsOf(workload.Current.Revision).Where(pod => !pod.Deleting).ToList();
        var (failing, failed) = changes
            .Select(change => (change, Failed: Event(bundle, pods, change.Groups["kind"].Value)))
            .FirstOrDefault(pair => pair.Failed is not null);
        if (failed is null || pods.Exists(pod => pod.Ready) || !pods.TrueForAll(pod => Runs(pod, failing.Groups["kind"].Value)))
        {
            return;
        }

        var subject = $"{failing.Groups["kind"].Value}Probe of container {failing.Groups["container"].Value} in {Analysers.ReleaseOf(bundle)}";
        var change = @case.Find(EvidenceKind.Change, Source, workload.RolloutStartedAt, 0.75, $"the release changed it, and no image: {failing.Value.TrimEnd()}", workload.Key.Reference);
        var seen = @case.Find(EvidenceKind.ContainerState, Source, failed.Time, 0.85, $"the containers of {pods.Count} new pods run, and none is ready: {failed.Object} {failed.Reason} (×{failed.Count}): {failed.Message}", $"event {failed.Object}");
        @case.For(Cause.ProbeMisconfigured, subject, change);
        @case.For(Cause.ProbeMisconfigured, subject, seen);
        @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), seen, 0.5);
    }

    /// <summary>The kubelet's word that the probe fails, https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes.</summary>
    private static EventFact? Event(EvidenceBundle bundle, List<PodSnapshot> pods, string kind) =>
        bundle.Events.FirstOrDefault(e => e is { Type: "Warning", Reason: "Unhealthy" }
            && pods.Exists(pod => e.Object == $"Pod/{pod.Name}") && e.Message.StartsWith($"{kind} probe", StringComparison.OrdinalIgnoreCase));

    /// <summary>It was started and did not end by itself. A readiness probe ends nothing; the two others have the kubelet end the container.</summary>
    private static bool Runs(PodSnapshot pod, string kind) => pod.Containers.Any(container => !container.Init) && pod.Containers.All(container =>
        container.Init || container.Ready
        || (container.RestartCount == 0 ? container is { WaitingReason: null, ExitCode: null }
            : kind != "readiness" && container.WaitingReason is null or "CrashLoopBackOff" && container.ExitCode is { } code && EndsOfTheKubelet.Contains(code) && container.TerminatedReason != PodSigns.OutOfMemoryReason));

    [GeneratedRegex(@"^(initContainers|containers)\[(?<container>[^\[\]]*)\]\.(?<kind>readiness|liveness|startup)Probe[ .].*\z")]
    private static partial Regex ChangedProbe();
}
