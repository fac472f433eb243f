using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// Services that no longer lead to the workload's pods: either somebody changed the Service, and no action on the workload helps; or a release changed the labels or the
/// names of ports that the Service goes by, and then it is the release's doing.
/// </summary>
public sealed class ServiceAnalyser : IAnalyser
{
    private const string Source = "services";

    /// <summary>So small a share of the requests before is none: somebody still has a connection.</summary>
    private const double Stopped = 0.1;

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        foreach (var fact in bundle.Services)
        {
            if (fact.Service.WasChanged)
            {
                Changed(bundle, @case, fact);
            }
            else
            {
                LeftBehind(bundle, @case, fact.Service);
            }
        }
    }

    private static void Changed(EvidenceBundle bundle, Case @case, ServiceFact fact)
    {
        var service = fact.Service;
        var reference = $"service/{service.Name}";
        var who = fact.LastChange is { } change ? $" (by {change.By ?? "somebody"} at {change.At:HH:mm:ss}Z)" : "";
        var subject = $"Service {service.Name}{who}: {service.Problem}";
        var ready = bundle.Workload.Pods.Count(pod => pod.Serving);
        var state = @case.Find(EvidenceKind.ContainerState, Source, service.LostSince, 0.8, $"Service {service.Name} leads to none of {ready} ready pods: {service.Problem}", reference);
        @case.For(Cause.ServiceMismatch, subject, state);
        var changed = @case.Find(EvidenceKind.Change, Source, fact.LastChange?.At, 0.7, $"Service {service.Name} was changed from {service.Earlier} to {service.Target}{who}, and led to the pods before", reference);
        @case.For(Cause.ServiceMismatch, subject, changed);
        if (HaveStopped(bundle))
        {
            // Only then: a Service that leads nowhere makes no request fail, and no container crash.
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), changed, 0.8);
            var silence = @case.Find(EvidenceKind.Series, Source, bundle.OnsetAt, 0.6, $"requests stopped: {Quantities.Format(bundle.Load!.Now)}/s since, {Quantities.Format(bundle.Load.Before)} before", "requests");
            @case.For(Cause.ServiceMismatch, subject, silence);
        }
    }

    /// <summary>The Service is what it was: the release moved away from it.</summary>
    private static void LeftBehind(EvidenceBundle bundle, Case @case, ServiceSnapshot service)
    {
        var finding = @case.Find(EvidenceKind.ContainerState, Source, service.LostSince, 0.8,
            $"Service {service.Name} is as it was, and leads to no pod of the release: {service.Problem}", $"service/{service.Name}");
        @case.For(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding);
        @case.Against(Cause.ServiceMismatch, $"Service {service.Name}", finding, 0.9);
    }

    /// <summary>Whether hardly any request comes in any more.</summary>
    internal static bool HaveStopped(EvidenceBundle bundle) => bundle.Load is { } load && load.Before > 0 && load.Now <= load.Before * Stopped;
}
