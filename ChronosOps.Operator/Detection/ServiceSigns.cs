using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>Whether the Services that led to a workload's pods still do. No request reaches pods that none leads to, and then no series tells of it. Pure.</summary>
public static class ServiceSigns
{
    public const string EndpointsMissing = "EndpointsMissing";

    /// <summary>Whoever applies several objects applies them one after another.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The sign; none where Services cannot be read and none is remembered.</summary>
    public static IReadOnlyList<SignalReading> Judge(WorkloadSnapshot workload, DateTimeOffset now) => workload.Services switch
    {
        null => [],
        var services when services.Any(service => service.Reach == ServiceReach.Unknown) => [Reading(SignalState.Unknown, $"it cannot be read whether {services[0].Name} leads to the pods")],
        var services => [Of(workload, LostOf(services), now)],
    };

    /// <summary>
    /// The Services that lead nowhere. One that is as it was, while the release's labels moved away from it, counts only where no other leads to the workload: a Service for
    /// each version is left behind on purpose.
    /// </summary>
    public static IReadOnlyList<ServiceSnapshot> LostOf(IReadOnlyList<ServiceSnapshot> services)
    {
        var isReached = services.Any(service => service.Reach == ServiceReach.Here);
        return [.. services.Where(service => service.Reach == ServiceReach.Nowhere && (service.WasChanged || !isReached))];
    }

    private static SignalReading Of(WorkloadSnapshot workload, IReadOnlyList<ServiceSnapshot> lost, DateTimeOffset now)
    {
        if (lost.Count == 0 || workload.Replicas == 0)
        {
            return Reading(SignalState.Healthy, "not seen");
        }

        var first = lost.MinBy(service => service.LostSince)!;
        var ready = workload.Pods.Count(pod => pod is { Ready: true, Deleting: false });
        var more = lost.Count > 1 ? $" ({lost.Count} Services in all)" : "";
        return Reading(
            ready > 0 && now - first.LostSince >= Patience ? SignalState.Firing : SignalState.Pending,
            $"Service {first.Name} leads to none of {ready} ready pods: {first.Problem}; it led to them with {first.Earlier}{more}",
            first.LostSince,
            lost.Any(service => service.WasChanged) ? null : workload.Current.Revision);
    }

    private static SignalReading Reading(SignalState state, string message, DateTimeOffset? since = null, string? revision = null) =>
        new() { Signal = EndpointsMissing, State = state, Revision = revision, Since = since, Message = message, IsKubernetesSign = true };
}
