using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Workloads;

/// <summary>What the phase of a pod tells. Pure.</summary>
public static class PodPhases
{
    /// <summary>
    /// Whether the pod has ended for good: done, evicted by its node, or stopped with it. It may stay listed for long, beside the one in its place
    /// (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase).
    /// </summary>
    public static bool HasEnded(V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";
}
