using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>One of two pods of a proven release begins to fail by itself, on a real node: it is replaced, and the service is well again.</summary>
[Trait("Tier", "cluster")]
public class IllPodTests
{
    [Fact]
    public async Task ThePodThatFailsByItselfIsReplacedAndNothingElseIsTouched()
    {
        ClusterScripts.Need();
        await OperatorPod.ReadyAsync();
        var since = ClusterScripts.Now;
        await using var service = await ServiceUnderTraffic.StartAsync("ill-pod", "basket");
        await service.AllowRestartAsync();
        await service.ProtectedAsync();
        // Until it has served as long again as it took to prove itself the release is suspected itself.
        await Waiting.QuietlyAsync((ClusterScripts.Now - since).TotalSeconds + 10);

        var pod = await service.SwitchFaultInOnePodAsync("error-ratio", 0.5);
        var healed = await Waiting.ForAsync(
            "the pod to be replaced",
            async () => (await service.IncidentsAsync(since)).FirstOrDefault(one => one.Status?.Phase is IncidentPhase.Mitigated or IncidentPhase.Resolved or IncidentPhase.Escalated or IncidentPhase.Failed),
            async () => string.Join(" | ", (await service.IncidentsAsync(since)).Select(Waiting.Story)),
            TimeSpan.FromMinutes(4));

        var status = healed.Status!;
        Assert.True(status.Phase is IncidentPhase.Mitigated or IncidentPhase.Resolved, Waiting.Story(healed));
        Assert.Equal(("PodFault", "Restart/Succeeded", pod), (status.Cause, status.LastAction, status.Actions[0].TargetPod));
        Assert.Equal([$"{service.Namespace}/{pod}"], OperatorWrites.Evictions(since));
        Assert.Empty(OperatorWrites.OfSpecs(since));
        Told.Line("ill-pod", $"{pod} answered half of its requests with 500; detected {status.TimeToDetect} after the onset, mitigated after {status.TimeToMitigate}; one eviction, spec writes 0");
    }
}
