using System.Runtime.CompilerServices;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Workloads;

/// <summary>
/// What one pod asks for, counted as the scheduler does: all containers and sidecars together, or an init container with the sidecars where that is more, or what the pod
/// asks for as a whole; and the runtime's own share.
/// </summary>
/// <param name="Cpu">Requested cores.</param>
/// <param name="Memory">Requested bytes.</param>
/// <param name="CpuLimit">The limit of cores, of which quotas may speak; 0 where a container has none.</param>
/// <param name="MemoryLimit">The limit of bytes.</param>
/// <param name="Other">Another resource that it asks for, of which nothing is known here; null where there is none.</param>
public sealed record PodNeeds(double Cpu, double Memory, double CpuLimit, double MemoryLimit, string? Other)
{
    private static readonly ConditionalWeakTable<V1Pod, PodNeeds> Attached = [];

    /// <summary>What was attached to a pod when it was cached, or what its containers say.</summary>
    public static PodNeeds Of(V1Pod pod) => Attached.GetValue(pod, Read);

    private static PodNeeds Read(V1Pod pod)
    {
        var spec = pod.Spec;
        var asked = spec.Containers.Concat(spec.InitContainers ?? []).SelectMany(container => (container.Resources?.Requests?.Keys ?? Enumerable.Empty<string>()).Concat(container.Resources?.Limits?.Keys ?? Enumerable.Empty<string>()));
        return new PodNeeds(
            Sum(spec, "cpu", container => container.Resources?.Requests), Sum(spec, "memory", container => container.Resources?.Requests),
            Sum(spec, "cpu", container => container.Resources?.Limits), Sum(spec, "memory", container => container.Resources?.Limits),
            asked.FirstOrDefault(name => name is not ("cpu" or "memory")));
    }

    private static double Sum(V1PodSpec spec, string resource, Func<V1Container, Dictionary<string, string>?> of)
    {
        var first = (spec.InitContainers ?? []).ToLookup(container => container.RestartPolicy == "Always");
        var sidecars = first[true].Sum(container => Amount(of(container), resource));
        var together = spec.Containers.Sum(container => Amount(of(container), resource));
        var alone = first[false].Select(container => Amount(of(container), resource)).DefaultIfEmpty(0).Max();
        return Math.Max(Math.Max(together, alone) + sidecars, Amount(of(new V1Container { Resources = spec.Resources }), resource)) + Amount(spec.Overhead, resource);
    }

    internal static double Amount(Dictionary<string, string>? amounts, string resource) =>
        amounts?.GetValueOrDefault(resource) is { } text && ResourceQuantity.TryParse(text, out var value) ? (double)value : 0;
}
