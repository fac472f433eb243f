using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// An image that pods of a proven release wait for: it was there when the release proved itself, so that the registry, the credentials or the node's way there have changed since, and the
/// release has not. Of a release that has yet to prove itself the same is its own doing.
/// </summary>
public sealed class ImageAnalyser : IAnalyser
{
    private const string Source = "images";

    /// <summary>How the kubelet's Event begins that tells what the registry said; the state of the container says no more than that it waits, most of the time.</summary>
    private const string PullFailed = "Failed to pull image";

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var workload = bundle.Workload;
        var pods = workload.PodsOf(workload.Current.Revision).Where(pod => !pod.Deleting).ToList();
        var waiting = pods.Where(pod => pod.Containers.Any(PodSigns.WaitsForImage)).OrderBy(pod => pod.CreatedAt).ToList();
        var good = bundle.KnownGood.FirstOrDefault(one => one.Revision == workload.Current.Revision && one.ProvenAt <= bundle.OnsetAt);
        if (workload.IsBatch || waiting.Count == 0 || good is null || !OnlyWaiting(bundle))
        {
            return;
        }

        var container = waiting[0].Containers.First(PodSigns.WaitsForImage);
        var having = pods.Where(pod => HasRun(pod, container.Name)).ToList();
        if (workload.RollingSince is { } since && !having.Exists(pod => pod.CreatedAt < since))
        {
            // No restart of what runs: somebody returns to an older release, and may return from it.
            return;
        }

        Blame(bundle, @case, waiting, having, container, good);
    }

    private static void Blame(EvidenceBundle bundle, Case @case, List<PodSnapshot> waiting, List<PodSnapshot> having, ContainerSnapshot container, GoodRevision good)
    {
        var subject = $"image {container.Image ?? $"of container {container.Name}"}";
        var said = bundle.Events.FirstOrDefault(one => one.Object == $"Pod/{waiting[0].Name}" && one.Message.StartsWith(PullFailed, StringComparison.Ordinal))?.Message
            ?? $"{container.WaitingReason}: {container.WaitingMessage ?? "no message"}";
        @case.For(Cause.ImageUnavailable, subject, @case.Find(EvidenceKind.ContainerState, Source, waiting[0].CreatedAt, 0.85,
            $"{waiting.Count} pods of the revision wait for {subject}{OnOneNode(waiting, having)}: {said}", $"pod/{waiting[0].Name}"));
        if (having.Count > 0)
        {
            @case.For(Cause.ImageUnavailable, subject, @case.Find(EvidenceKind.ContainerState, Source, null, 0.7, $"{having.Count} pods of the same revision run it, or did", $"pod/{having[0].Name}"));
        }

        var proven = @case.Find(EvidenceKind.Change, Source, good.ProvenAt, 0.5, $"the release had proved itself with the same image {Quantities.Format(bundle.OnsetAt - good.ProvenAt)} before the trouble", bundle.Workload.Key.Reference);
        @case.For(Cause.ImageUnavailable, subject, proven);
        @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), proven, 0.8);
    }

    /// <summary>Whether pods that wait are all the trouble. That requests fail as well they do not explain.</summary>
    private static bool OnlyWaiting(EvidenceBundle bundle) =>
        bundle.Firing.All(signal => signal.Signal is PodSigns.ImagePullFailure or PodSigns.RolloutNotProgressing or ServiceSigns.EndpointsMissing);

    private static bool HasRun(PodSnapshot pod, string container) =>
        pod.Containers.Any(one => one.Name == container && (one.Ready || one.RunsSince is not null || one.TerminatedAt is not null));

    /// <summary>Where the image is there for every other node, it is this one that cannot get it.</summary>
    private static string OnOneNode(List<PodSnapshot> waiting, List<PodSnapshot> having) =>
        waiting[0].Node is { } node && having.Count > 0 && waiting.TrueForAll(pod => pod.Node == node) && having.TrueForAll(pod => pod.Node is not null && pod.Node != node)
            ? $", all on node {node}, where none runs it"
            : "";
}
