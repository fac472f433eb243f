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
        var services => [Of(workload, services, now)],
    };

    /// <summary>The Services that are missed, once the sign has fired: before that they are evidence of nothing.</summary>
    public static IReadOnlyList<ServiceSnapshot> MissedIn(WorkloadReading reading) =>
        reading.Signals.Any(signal => signal is { Signal: EndpointsMissing, State: SignalState.Firing }) ? LostOf(reading.Workload.Services ?? []) : [];

    /// <summary>
    /// The Services that lead nowhere, where no other leads to the workload. Beside one that does they may be so on purpose: left behind by a release that has a Service for each
    /// version, switched to a version that is still to come, or retired.
    /// </summary>
    private static List<ServiceSnapshot> LostOf(IReadOnlyList<ServiceSnapshot> services) =>
        services.Any(service => service.Reach == ServiceReach.Here) ? [] : [.. services.Where(service => service.Reach == ServiceReach.Nowhere)];

    private static SignalReading Of(WorkloadSnapshot workload, IReadOnlyList<ServiceSnapshot> services, DateTimeOffset now)
    {
        var lost = LostOf(services);
        if (lost.Count == 0 || workload.Replicas == 0)
        {
            return Reading(SignalState.Healthy, lost.Count == 0 ? NotSeen(services) : "not seen");
        }

        var first = lost.MinBy(service => service.LostSince)!;
        var ready = workload.Pods.Count(pod => pod.Serving);
        var more = lost.Count > 1 ? $" ({lost.Count} Services in all)" : "";
        return Reading(
            ready > 0 && lost.Exists(service => service.LostAtStart || now - service.LostSince >= Patience) ? SignalState.Firing : SignalState.Pending,
            $"Service {first.Name} leads to none of {ready} ready pods: {first.Problem}; it led to them with {first.Earlier}{more}",
            first.LostSince,
            lost.Any(service => service.WasChanged) ? null : workload.Current.Revision);
    }

    private static string NotSeen(IReadOnlyList<ServiceSnapshot> services) =>
        services.FirstOrDefault(service => service is { Reach: ServiceReach.Nowhere, WasChanged: true }) is { } parked
            ? $"not seen: Service {parked.Name} was changed and leads to no pod, and {services.First(service => service.Reach == ServiceReach.Here).Name} leads to the workload's"
            : "not seen";

    private static SignalReading Reading(SignalState state, string message, DateTimeOffset? since = null, string? revision = null) =>
        new() { Signal = EndpointsMissing, State = state, Revision = revision, Since = since, Message = message, IsKubernetesSign = true };
}
