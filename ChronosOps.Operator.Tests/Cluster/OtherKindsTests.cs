using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>Bad releases of a StatefulSet and a DaemonSet on a real node, with the same pods and the same traffic as the demo's Deployment.</summary>
[Trait("Tier", "cluster")]
public class OtherKindsTests
{
    [Fact]
    public async Task AStatefulSetAndADaemonSetAreRolledBackAndTheirServicesAreWellAgain()
    {
        ClusterScripts.Need();
        await OperatorPod.ReadyAsync();
        await using var set = await ServiceUnderTraffic.StartAsync("other-set", "ledger", WorkloadKind.StatefulSet);
        await using var daemons = await ServiceUnderTraffic.StartAsync("other-daemons", "agent", WorkloadKind.DaemonSet);
        await Task.WhenAll(set.ProtectedAsync(), daemons.ProtectedAsync());

        // The pod that crashes would hold its ordered StatefulSet up for ever.
        var since = ClusterScripts.Now;
        await set.ReleaseAsync("1.0.1", "FAULT_START", "fail");
        await daemons.ReleaseAsync("1.0.1", "FAULT_ERROR_RATIO", "0.4");
        var (held, plain) = (await HealedAsync(set, since), await HealedAsync(daemons, since));

        Assert.Equal(["ledger-1"], held.Status!.Actions[0].PodsInTheWay.Select(pod => pod.Name));
        Assert.Empty(plain.Status!.Actions[0].PodsInTheWay);
        Assert.Equal(["other-daemons/agent", "other-set/ledger"], OperatorWrites.OfSpecs(since));
        await ClusterScripts.RolledOutAsync(set.Namespace, set.Reference);
        await ClusterScripts.RolledOutAsync(daemons.Namespace, daemons.Reference);
        Assert.Equal(("1.0.0", "1.0.0"), (await set.VariableAsync("APP_VERSION"), await daemons.VariableAsync("APP_VERSION")));
    }

    private static async Task<Incident> HealedAsync(ServiceUnderTraffic service, DateTimeOffset since)
    {
        var healed = await Waiting.ForAsync(
            $"{service.Reference} to be healed",
            async () => (await service.IncidentsAsync(since)).FirstOrDefault(one => one.Status?.Phase is IncidentPhase.Mitigated or IncidentPhase.Resolved or IncidentPhase.Escalated or IncidentPhase.Failed),
            async () => string.Join(" | ", (await service.IncidentsAsync(since)).Select(Waiting.Story)),
            TimeSpan.FromMinutes(4));
        var status = healed.Status!;
        Assert.True(status.Phase is IncidentPhase.Mitigated or IncidentPhase.Resolved, Waiting.Story(healed));
        Assert.Equal(("BadRelease", "Rollback/Succeeded"), (status.Cause, status.LastAction));
        Told.Line("other-kinds", $"{service.Reference}: detected {status.TimeToDetect} after the onset, mitigated after {status.TimeToMitigate}, pods evicted for it: {status.Actions[0].PodsInTheWay.Count}");
        return healed;
    }
}
