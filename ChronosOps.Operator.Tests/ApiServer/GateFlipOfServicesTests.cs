using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A Service that was switched with the release alone stands against its rollback; then a person changes only that, and the same incident acts.</summary>
[Trait("Tier", "apiserver")]
public sealed class GateFlipOfServicesTests
{
    /// <summary>
    /// The incident is thought over when the policy changes, here the number of actions, which matters to nothing: with the Service as it was it is denied again. The change of the Service starts
    /// nothing by itself.
    /// </summary>
    [Theory]
    [InlineData("back", "http", """{ "spec": { "selector": { "tier": "back" } } }""", """{ "spec": { "selector": { "tier": null } } }""", "it selects app=web,tier=back, and pods of that revision would have app=web,tier=front")]
    [InlineData("front", "web", """{ "spec": { "ports": [ { "port": 80, "targetPort": "web" } ] } }""", """{ "spec": { "ports": [ { "port": 80, "targetPort": 8080 } ] } }""", "it leads to port web, which no container of that revision names")]
    [Flips(nameof(GatePipeline.ForRollback), typeof(ServicesGate))]
    public async Task AServiceThatWouldNotLeadToTheTargetForbidsAndOneThatWouldAllows(string tier, string port, string forbids, string allows, string why)
    {
        await using var world = await ServiceMismatchTests.WorldAsync();
        await using var running = await ServiceMismatchTests.RunningAsync(world);
        await ServiceMismatchTests.PatchAsync(world, forbids);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => ServiceMismatchTests.Template(deployment, tier, port));
        var denied = await world.StoppedByAsync("Services", "Deny", "ServiceWouldMiss");
        var escalated = await world.EscalatedAsync("ServiceWouldMiss");
        Assert.Contains(why, escalated.Status!.Message, StringComparison.Ordinal);
        await AllowAsync(world, actions: 4);
        await world.IncidentAsync("denied again", one => one.Status is { Phase: IncidentPhase.Escalated, PolicyGeneration: 2, Reason: "ServiceWouldMiss" });
        Assert.Empty(world.ForeignWrites());

        await ServiceMismatchTests.PatchAsync(world, allows);
        await Waiting.QuietlyAsync(3);
        await world.EscalatedAsync("ServiceWouldMiss");
        Assert.Empty(world.ForeignWrites());

        await AllowAsync(world, actions: 5);
        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((denied.Metadata.Uid, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        world.AssertSpecWrites("web");
    }

    private static Task AllowAsync(ApiServerWorld world, int actions)
    {
        var policy = Manifests.Policy("policy", "web");
        policy["spec"]!.AsObject().Child("remediation")["maxActionsPerHour"] = actions;
        return world.ApplyAsync(policy);
    }
}
