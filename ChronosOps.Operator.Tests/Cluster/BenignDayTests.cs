using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>An ordinary day on a real cluster causes no action, and the same operator process heals the bad release at its end.</summary>
[Trait("Tier", "cluster")]
[Collection(AloneOnTheCluster.Name)]
public class BenignDayTests
{
    private const string Story = "benign-day";

    /// <summary>Longer than a signal's <c>for</c> and an evaluation; what comes later still is caught by the next look and by the last.</summary>
    private const double SettleSeconds = 12;

    /// <summary>Longer than the policy's <c>knownGood.minimumDuration</c> of 20 s and an evaluation.</summary>
    private const double ProofSeconds = 30;

    [Fact]
    public async Task SevenDisturbancesCauseNoActionAndTheSameProcessThenHealsABadRelease()
    {
        ClusterScripts.Need();
        await OperatorPod.ReadyAsync();
        var since = ClusterScripts.Now;
        await using var service = await ServiceUnderTraffic.StartAsync("benign-day", "orders");
        await service.ProtectedAsync();
        var process = await OperatorPod.IdentityAsync();
        foreach (var (name, doAsync) in Disturbances.All)
        {
            var seen = await doAsync(service);
            await Waiting.QuietlyAsync(SettleSeconds);
            await AssertNoActionAsync(service, since, process, name);
            Told.Line(Story, $"{name}: {seen}. Spec writes 0, the same process, {await IncidentsAsync(service, since)}");
        }

        await NothingOpenAsync(service, since);
        // The release that is to be returned to proves itself with what the ConfigMap holds now.
        await Waiting.QuietlyAsync(ProofSeconds);
        await HealsAsync(service, since);
        Assert.Equal(process, await OperatorPod.IdentityAsync());
    }

    private static async Task AssertNoActionAsync(ServiceUnderTraffic service, DateTimeOffset since, string process, string disturbance)
    {
        OperatorWrites.AssertOnly(since);
        Assert.All(await service.IncidentsAsync(since), incident =>
            Assert.True(IsHarmless(incident), $"{disturbance} was taken for more than it is: {Waiting.Story(incident)}"));
        Assert.Equal(process, await OperatorPod.IdentityAsync());
    }

    /// <summary>To look closer and find nothing is no action.</summary>
    private static bool IsHarmless(Incident incident) => incident.Status?.Timeline.All(entry => entry.Phase is IncidentPhase.Observing or IncidentPhase.Dismissed) ?? true;

    private static async Task<string> IncidentsAsync(ServiceUnderTraffic service, DateTimeOffset since) =>
        await service.IncidentsAsync(since) is { Count: > 0 } some ? $"incidents so far: {string.Join(", ", some.Select(one => one.Status?.Phase))}" : "no incident";

    private static Task NothingOpenAsync(ServiceUnderTraffic service, DateTimeOffset since) => Waiting.ForAsync(
        "what was only observed to be dismissed",
        async () => await service.IncidentsAsync(since) is var all && all.All(one => one.Status?.Phase == IncidentPhase.Dismissed) ? all : null,
        patience: TimeSpan.FromMinutes(2));

    private static async Task HealsAsync(ServiceUnderTraffic service, DateTimeOffset since)
    {
        var shipped = ClusterScripts.Now;
        await ClusterScripts.KubectlAsync("-n", service.Namespace, "set", "env", $"deployment/{service.Name}", "--containers=app", "FAULT_ERROR_RATIO=0.4");
        var healed = await Waiting.ForAsync(
            "the bad release to be healed",
            async () => (await service.IncidentsAsync(shipped)).FirstOrDefault(one => one.Status?.Phase is IncidentPhase.Mitigated or IncidentPhase.Resolved or IncidentPhase.Escalated or IncidentPhase.Failed),
            async () => string.Join(" | ", (await service.IncidentsAsync(shipped)).Select(Waiting.Story)),
            TimeSpan.FromMinutes(4));
        Assert.True(healed.Status!.Phase is IncidentPhase.Mitigated or IncidentPhase.Resolved, Waiting.Story(healed));
        Assert.Equal("", await service.VariableAsync("FAULT_ERROR_RATIO"));
        Assert.Equal("1.1.0", await service.VariableAsync("APP_VERSION"));
        Assert.Equal("4", await ClusterScripts.KubectlAsync("-n", service.Namespace, "get", $"deployment/{service.Name}", "-o", "jsonpath={.spec.replicas}"));
        OperatorWrites.AssertOnly(since, service);
        Assert.Single(await service.IncidentsAsync(since), incident => !IsHarmless(incident));
        Told.Line(Story, $"a bad release: {healed.Status.Phase} {(healed.Status.MitigatedAt - shipped)?.TotalSeconds:0} s after it was shipped, back to 1.1.0 with 4 pods; spec writes 1, elsewhere 0");
    }
}
