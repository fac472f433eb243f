using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Each gate of scaling denies, then only what it speaks of changes, and the replicas are added.</summary>
[Trait("Tier", "apiserver")]
public sealed class GateFlipOfScaleTests : OverloadedWorld
{
    /// <summary>Each gate that speaks of room and owners denies by itself; that alone is mended, and the replicas are added. An escalated incident is thought over when its policy changes.</summary>
    [Theory]
    [InlineData("QuotaTooSmall")]
    [InlineData("NodesUnknown")]
    [InlineData("NodesTooFull")]
    [InlineData("AutoscalerOwned")]
    [Flips(nameof(GatePipeline.ForScale), typeof(QuotaGate), typeof(NodeRoomGate), typeof(AutoscalerGate))]
    public async Task AGateDeniesUntilItsConditionAloneChanges(string reason)
    {
        var world = await OverloadedAsync(maySeeNodes: reason != "NodesUnknown", request: reason == "NodesTooFull" ? "5000Gi" : "1Gi");
        if (reason == "QuotaTooSmall")
        {
            await QuotaAsync(world, 4);
        }

        if (reason == "AutoscalerOwned")
        {
            await world.ApplyAsync(Autoscaler("kustomize-controller"));
        }

        await using var running = await RunningOperator.StartAsync(world);
        await SurgeAsync(world, memory: reason == "NodesTooFull" ? "2Gi" : "4000Gi");
        var escalated = await world.IncidentAsync(IncidentPhase.Escalated);
        Assert.Equal((reason, "Overload"), (escalated.Status!.Reason, escalated.Status.Cause));
        Assert.Empty(world.ForeignWrites());

        // No node of another test has room for one of these pods.
        await NodeAsync(world, reason == "NodesTooFull" ? "5000000Gi" : "4000Gi");
        await (reason switch
        {
            "QuotaTooSmall" => QuotaAsync(world, 20),
            "NodesUnknown" => ShowNodesAsync(world),
            "AutoscalerOwned" => world.ApplyAsync(Autoscaler(null)),
            _ => Task.CompletedTask,
        });
        await world.ApplyAsync(Policy(4, hourly: 9));
        await world.IncidentAsync(IncidentPhase.Mitigated);
        Assert.Equal(4, reason == "AutoscalerOwned" ? (await BoundsAsync(world)).Minimum : await ReplicasAsync(world));
    }

    /// <summary>In mode Observe nothing is done; then the next stands in the way, until nothing does.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForScale), typeof(ModeGate), typeof(ConfidenceGate), typeof(RateGate), typeof(DryRunGate), typeof(OptOutGate), typeof(GitOpsGate), typeof(EmergencyStopGate), typeof(HoldGate))]
    public async Task WhatForbidsAnyActionForbidsItOneByOneAndNothingIsLeftThatDoes()
    {
        var world = await OverloadedAsync();
        await world.ApplyAsync(Policy(4).With("mode", "Observe"));
        await using var running = await RunningOperator.StartAsync(world);
        await SurgeAsync(world);
        var held = await GateWalk.ThroughAsync(world, () => Policy(4), ApiGroup.DoNotScaleAnnotation, "DoNotScale");
        var mitigated = await world.IncidentAsync(IncidentPhase.Mitigated);
        Assert.Equal((held.Metadata.Uid, 4), (mitigated.Metadata.Uid, await ReplicasAsync(world)));
    }

    /// <summary>Somebody opts the workload out altogether: its trouble is explained, and a person is called. Later the annotation is gone; the policy's limit is changed too, so that it is thought over.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForScale), typeof(OptOutGate))]
    public async Task AWorkloadThatHasOptedOutIsNotScaledAndOneThatHasNotIs()
    {
        var world = await OverloadedAsync();
        await world.AnnotateAsync(ApiGroup.DoNotActAnnotation, "true");
        await using var running = await RunningOperator.StartAsync(world);
        await SurgeAsync(world);
        await world.StoppedByAsync("OptOut", "Deny", "DoNotAct");
        var denied = await world.EscalatedAsync("DoNotAct");
        Assert.Equal("Overload", denied.Status!.Cause);
        Assert.Empty(world.ForeignWrites());

        await world.AnnotateAsync(ApiGroup.DoNotActAnnotation, null);
        await Waiting.QuietlyAsync(2);
        await world.ApplyAsync(Policy(4).With());
        var mitigated = await world.IncidentAsync(IncidentPhase.Mitigated);
        Assert.Equal((denied.Metadata.Uid, 4), (mitigated.Metadata.Uid, await ReplicasAsync(world)));
    }

    /// <summary>The load has gone, and what keeps the replicas where they are goes too, one after another. That the workload has opted out since keeps nobody from handing back what was lent.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForReturn), typeof(HoldGate), typeof(EmergencyStopGate), typeof(ModeGate), typeof(DryRunGate))]
    public async Task ReplicasAreNotHandedBackWhileAPersonForbidsItAndAreWhenNobodyDoes()
    {
        var world = await OverloadedAsync();
        await using var running = await RunningOperator.StartAsync(world);
        await SurgeAsync(world);
        var lent = await world.IncidentAsync(IncidentPhase.Mitigated);
        await world.AnnotateAsync(ApiGroup.DoNotActAnnotation, "true");
        await world.ApplyAsync(Policy(4).With("mode", "Observe"));
        await Waiting.QuietlyAsync(2);
        world.Prometheus.Traffic.RequestsPerSecond /= 2;
        await StaysAsync("Mode", "Deny", "ModeObserve");
        await world.ApplyAsync(Policy(4).With("mode", "DryRun"));
        await StaysAsync("DryRun", "Deny", "DryRun");
        await world.SetEmergencyStopAsync("true");
        await Waiting.QuietlyAsync(2);
        await world.ApplyAsync(Policy(4));
        await StaysAsync("EmergencyStop", "Wait", "EmergencyStop");
        await world.AnnotateAsync(ApiGroup.HoldAnnotation, "true");
        await Waiting.QuietlyAsync(2);
        await world.SetEmergencyStopAsync("false");
        await StaysAsync("Hold", "Wait", "Held");
        await Waiting.QuietlyAsync(3);
        Assert.Equal(4, await ReplicasAsync(world));
        world.AssertSpecWrites("web");

        await world.AnnotateAsync(ApiGroup.HoldAnnotation, null);
        var resolved = await world.IncidentAsync(IncidentPhase.Resolved, patience: TimeSpan.FromSeconds(150));
        Assert.Equal((lent.Metadata.Uid, 2), (resolved.Metadata.Uid, await ReplicasAsync(world)));
        Assert.Equal(["Scale", "HandBack", "HandBack"], resolved.Status!.Actions.Select(action => action.Action));
        world.AssertSpecWrites("web", "web", "web");

        async Task StaysAsync(string gate, string verdict, string reason)
        {
            var waiting = await world.StoppedByAsync(gate, verdict, reason);
            Assert.Equal((IncidentPhase.Mitigated, "HandBack"), (waiting.Status!.Phase!.Value, waiting.Status.Decisions[^1].Action));
        }
    }

    [Fact]
    [Flips(nameof(GatePipeline.ForScale), typeof(ScaleLimitGate))]
    public async Task NoMoreReplicasAreAskedForThanThePolicyAllowsUntilItAllowsMore()
    {
        var world = await OverloadedAsync(maximum: 2);
        await using var running = await RunningOperator.StartAsync(world);
        await SurgeAsync(world);
        Assert.Equal("AtMaximum", (await world.IncidentAsync(IncidentPhase.Escalated)).Status!.Reason);
        Assert.Empty(world.ForeignWrites());

        await NodeAsync(world, "4000Gi");
        await world.ApplyAsync(Policy(4));
        await world.IncidentAsync(IncidentPhase.Mitigated);
        Assert.Equal(4, await ReplicasAsync(world));
    }
}
