using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// NetworkPolicies that select the workload's pods and were made or changed a moment before the onset, while the pods are ready: requests that stopped speak for one that
/// limits what comes in, and requests that fail for one that limits what goes out. Its time alone explains nothing. What a policy lets through is not worked out.
/// </summary>
public sealed class NetworkPolicyAnalyser : IAnalyser
{
    private const string Source = "networkpolicies";

    /// <summary>Trouble is not noticed at the moment at which it begins, and times of objects are whole seconds.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan VeryClose = TimeSpan.FromMinutes(2);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var ready = bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Any(pod => pod.Serving);
        foreach (var policy in bundle.NetworkPolicies.Where(_ => ready))
        {
            var before = bundle.OnsetAt - policy.LastChange.At;
            var verb = policy.CreatedAt >= policy.LastChange.At - Slack ? "created" : "changed";
            var by = policy.LastChange.By is { } manager ? $" by {manager}" : "";
            var when = before >= TimeSpan.Zero ? $"{Quantities.Format(before)} before" : $"{Quantities.Format(-before)} after";
            var subject = $"NetworkPolicy {policy.Name} ({string.Join(" and ", policy.Limits)}, {verb}{by} at {policy.LastChange.At:HH:mm:ss}Z)";
            var change = @case.Find(EvidenceKind.Change, Source, policy.LastChange.At, 0.45,
                $"NetworkPolicy {policy.Name}, which selects the pods and limits their {string.Join(" and ", policy.Limits)}, was {verb}{by} {when} the trouble", $"networkpolicy/{policy.Name}");
            if (before < -Slack)
            {
                @case.Against(Cause.NetworkPolicyBlock, subject, change, 0.9);
                continue;
            }

            @case.For(Cause.NetworkPolicyBlock, subject, change, before <= VeryClose ? 0.45 : 0.3);
            ForIt(bundle, @case, policy, subject);
            if (Confinement.ToTheNewRevision(bundle) is { } kind)
            {
                @case.Against(Cause.NetworkPolicyBlock, subject, @case.Find(kind, Source, null, 0.8, "the trouble is confined to the new revision; the policy selects the old one's pods too, which were well", $"networkpolicy/{policy.Name}"));
            }
        }
    }

    private static void ForIt(EvidenceBundle bundle, Case @case, NetworkPolicyFact policy, string subject)
    {
        if (policy.Limits.Contains("Ingress") && ServiceAnalyser.HaveStopped(bundle))
        {
            @case.For(Cause.NetworkPolicyBlock, subject, @case.Find(EvidenceKind.Series, Source, bundle.OnsetAt, 0.6,
                $"requests stopped while pods are ready: {Quantities.Format(bundle.Load!.Now)}/s since, {Quantities.Format(bundle.Load.Before)} before", "requests"));
        }

        if (!policy.Limits.Contains("Egress") || bundle.Signals.FirstOrDefault(signal => signal is { State: SignalState.Firing, IsKubernetesSign: false, IsSaturation: false, IsAlert: false }) is not { } failing)
        {
            return;
        }

        @case.For(Cause.NetworkPolicyBlock, subject, @case.Find(EvidenceKind.Series, Source, failing.Since, 0.4, $"requests fail while the pods are ready: {failing.Signal}: {failing.Message}", $"signal {failing.Signal}"));
        if (bundle.Dependencies.Where(dependency => dependency.Trouble is null).Select(dependency => dependency.Name).ToList() is { Count: > 0 } well)
        {
            @case.For(Cause.NetworkPolicyBlock, subject, @case.Find(EvidenceKind.Dependency, Source, null, 0.4, $"what it talks to is well by itself: {string.Join(", ", well)}", $"networkpolicy/{policy.Name}"));
        }
    }
}
