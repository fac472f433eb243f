using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A rollback made things worse, and one gate alone stands against taking it back; then that one condition is flipped, and nothing else, and it is taken back.</summary>
[Trait("Tier", "apiserver")]
public sealed class GateFlipOfUndoTests
{
    /// <summary>
    /// The hold ends by itself: Kubernetes takes an annotation that is taken away for a change of a Deployment, and to what was changed nothing is done any more. That the workload has opted out since keeps nobody from
    /// taking back what was done.
    /// </summary>
    [Theory]
    [InlineData("Hold", "Held")]
    [InlineData("EmergencyStop", "EmergencyStop")]
    [Flips(nameof(GatePipeline.ForUndo), typeof(HoldGate), typeof(EmergencyStopGate))]
    public async Task WhatAPersonWantsHasTheUndoWaitAndItsEndAllows(string gate, string reason)
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        var rolledBack = await RolledBackAsync(world);
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Failing(0.9);
        await world.AnnotateAsync(ApiGroup.DoNotActAnnotation, "true");
        var until = TimeProvider.System.GetUtcNow().AddSeconds(30);
        await (gate == "Hold" ? world.AnnotateAsync(ApiGroup.HoldAnnotation, Hold.Until(until)) : world.SetEmergencyStopAsync("true"));
        var waiting = await world.StoppedByAsync(gate, "Wait", reason);
        Assert.Equal("Undo", waiting.Status!.Decisions[^1].Action);
        await Waiting.QuietlyAsync(3);
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());
        world.AssertSpecWrites("web");

        if (gate == "EmergencyStop")
        {
            await world.SetEmergencyStopAsync("false");
        }

        var undone = await world.EscalatedAsync("Undone");
        Assert.Equal((rolledBack.Metadata.Uid, "Undo/Succeeded"), (undone.Metadata.Uid, undone.Status!.LastAction));
        Assert.True(gate != "Hold" || undone.Status.Actions[^1].AppliedAt >= until.AddSeconds(-1)); // the annotation holds whole seconds
        Assert.Equal(Manifests.Image(2), await world.ImageAsync());
        world.AssertSpecWrites("web", "web");
    }

    /// <summary>The same twice; but the first time what both revisions call falls ill right after the rollback, too.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForUndo), typeof(OriginGate))]
    public async Task AnIllServiceThatBothRevisionsCallForbidsTheUndoAndOneThatIsWellAllows()
    {
        await using (var ill = await CallingAsync())
        {
            await using var running = await RunningAsync(ill);
            await RolledBackAsync(ill, Declare);
            ill.Kubelet.Fates[Manifests.Image(9)] = PodFate.Failing();
            ill.Kubelet.Fates[Manifests.Image(1)] = PodFate.Failing(0.9);
            await ill.StoppedByAsync("Origin", "Deny", "DependencyIll");
            var escalated = await ill.EscalatedAsync("WorseAndNotUndone");
            Assert.Contains("not taken back: Origin: ", escalated.Status!.Message, StringComparison.Ordinal);
            await Waiting.QuietlyAsync(3);
            Assert.Equal(Manifests.Image(1), await ill.ImageAsync());
            ill.AssertSpecWrites("web");
        }

        await using var well = await CallingAsync();
        await using var second = await RunningAsync(well);
        await RolledBackAsync(well, Declare);
        well.Kubelet.Fates[Manifests.Image(1)] = PodFate.Failing(0.9);
        var undone = await well.EscalatedAsync("Undone");
        Assert.Equal("Undo/Succeeded", undone.Status!.LastAction);
        Assert.Equal(Manifests.Image(2), await well.ImageAsync());
        well.AssertSpecWrites("web", "web");
    }

    /// <summary>A release that fails a little is on its way back to the one before.</summary>
    private static async Task<Incident> RolledBackAsync(ApiServerWorld world, Action<JsonObject>? change = null)
    {
        await world.ReleaseAsync(2, PodFate.Failing(0.25), change: change);
        return await world.IncidentAsync(IncidentPhase.Verifying);
    }

    private static async Task<ApiServerWorld> CallingAsync()
    {
        var world = await ApiServerWorld.StartAsync();
        world.Prometheus.Traffic.RequestsPerSecond = 100;
        await world.ApplyAsync(Manifests.Deployment("cart", Manifests.Image(9), replicas: 1));
        await world.ApplyAsync(Manifests.Policy("cart", "cart", "Observe"));
        await world.ReleaseAsync(1, PodFate.Well, change: Declare);
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        return world;
    }

    private static async Task<RunningOperator> RunningAsync(ApiServerWorld world)
    {
        var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.PolicyConditionAsync("cart", "Protected", "True");
        return running;
    }

    private static void Declare(JsonObject deployment) => deployment.Child("metadata").Child("annotations")[ApiGroup.DependsOnAnnotation] = "cart";
}
