using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>One gate alone stands against the restart of a pod; then that one condition is flipped, and nothing else, and the ill pod is evicted.</summary>
[Trait("Tier", "apiserver")]
public class GateFlipOfRestartTests
{
    /// <summary>In mode Observe nothing is done; then the next stands in the way, until nothing does.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRestart), typeof(ModeGate), typeof(ConfidenceGate), typeof(RateGate), typeof(DryRunGate), typeof(OptOutGate), typeof(EmergencyStopGate), typeof(HoldGate))]
    public async Task WhatForbidsAnyActionForbidsARestartOneByOneAndNothingIsLeftThatDoes()
    {
        await using var world = await IllPodTests.WorldAsync(Policy().With("mode", "Observe"));
        await using var running = await IllPodTests.RunningAsync(world);
        var ill = await IllPodTests.FallIllAsync(world);
        var held = await GateWalk.ThroughAsync(world, Policy, ApiGroup.DoNotRestartAnnotation, "DoNotRestart", asksOwner: false);
        var healed = await IsEvictedAsync(world, ill);
        Assert.Equal(held.Metadata.Uid, healed.Metadata.Uid);

        static JsonObject Policy() => Manifests.RestartPolicy("policy", "web");
    }

    /// <summary>Somebody opts a workload out altogether: its trouble is explained, and a person is called. Later the annotation is gone; the policy's limit is changed too, so that it is thought over.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRestart), typeof(OptOutGate))]
    public async Task AWorkloadThatHasOptedOutIsNotRestartedAndOneThatHasNotIs()
    {
        await using var world = await IllPodTests.WorldAsync(Manifests.RestartPolicy("policy", "web"));
        await using var running = await IllPodTests.RunningAsync(world);
        await world.AnnotateAsync(ApiGroup.DoNotActAnnotation, "true");
        var ill = await IllPodTests.FallIllAsync(world);
        await IsDeniedAsync(world, "OptOut", "DoNotAct");
        var denied = await world.EscalatedAsync("DoNotAct");
        Assert.Equal("PodFault", denied.Status!.Cause);

        await world.AnnotateAsync(ApiGroup.DoNotActAnnotation, null);
        await Waiting.QuietlyAsync(2);
        await world.ApplyAsync(Manifests.RestartPolicy("policy", "web").With());
        Assert.Equal(denied.Metadata.Uid, (await IsEvictedAsync(world, ill)).Metadata.Uid);
    }

    /// <summary>While its configuration was edited since the pods began, only the series speak for a pod's own fault. Pods that began after the edit are all alike.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRestart), typeof(EvidenceGate))]
    public async Task OneKindOfEvidenceForbidsAndTwoAllow()
    {
        await using var world = await IllPodTests.WorldAsync(
            Manifests.RestartPolicy("policy", "web"), deployment => ConfigurationEscalationTests.Refer(deployment, "configMapRef"), ConfigurationEscalationTests.Settings("ConfigMap", "1"));
        await using var running = await IllPodTests.RunningAsync(world);
        await world.ApplyAsync(ConfigurationEscalationTests.Settings("ConfigMap", "2"));
        await IllPodTests.FallIllAsync(world);
        await IsDeniedAsync(world, "Evidence", "OneKindOfEvidence");

        await MendAsync(world);
        await ReplacePodsAsync(world);
        await IsEvictedAsync(world, await IllPodTests.FallIllNowAsync(world));
    }

    /// <summary>A budget holds the eviction off; meanwhile the other pod falls ill as well, or it does not. Then what they depend on explains it, as far as the policy asks: it is scaled to nothing.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRestart), typeof(IllPodGate))]
    public async Task APodThatIsNotTheOnlyIllOneAnyMoreForbidsAndOneThatStillIsAllows()
    {
        var policy = Manifests.RestartPolicy("policy", "web");
        policy["spec"]!["remediation"]!["ladder"] = new JsonArray("Restart");
        policy["spec"]!["remediation"]!["minimumConfidence"] = "0.5";
        await using var world = await IllPodTests.WorldAsync(policy);
        await world.ApplyAsync(Manifests.Deployment("cart", Manifests.Image(9), replicas: 0));
        await world.ReleaseAsync(2, PodFate.Well, change: deployment => deployment.Child("metadata").Child("annotations")[ApiGroup.DependsOnAnnotation] = "cart");
        await world.RolledOutAsync();
        await using var running = await IllPodTests.RunningAsync(world);
        await IllPodTests.BudgetAsync(world);
        await IllPodTests.FallIllAsync(world);
        await IllPodTests.HeldOffAsync(world);
        foreach (var pod in await IllPodTests.PodsAsync(world))
        {
            world.Kubelet.PodFates[pod.Metadata.Name!] = PodFate.Failing();
        }

        var denied = await world.StoppedByAsync("IllPod", "Deny", "OtherCause");
        Assert.Equal("Restart/Refused", denied.Status!.LastAction);
        await IllPodTests.NoBudgetAsync(world);
        await world.EscalatedAsync("NoRungHelps");
        await Waiting.QuietlyAsync(2);
        IllPodTests.AssertEvicted(world);

        await MendAsync(world);
        await IllPodTests.BudgetAsync(world);
        var ill = await IllPodTests.FallIllNowAsync(world);
        await IllPodTests.HeldOffAsync(world);
        await IllPodTests.NoBudgetAsync(world);
        await IsEvictedAsync(world, ill);
    }

    [Fact]
    [Flips(nameof(GatePipeline.ForRestart), typeof(SparePodsGate))]
    public async Task APausedDeploymentForbidsAndOneThatIsNotAllows()
    {
        await using var world = await IllPodTests.WorldAsync(Manifests.RestartPolicy("policy", "web"));
        await using var running = await IllPodTests.RunningAsync(world);
        await world.ReleaseAsync(1, PodFate.Well, change: deployment => deployment.Child("spec")["paused"] = true);
        await IllPodTests.FallIllAsync(world);
        await IsDeniedAsync(world, "SparePods", "Paused");

        await world.ReleaseAsync(1, PodFate.Well);
        await MendAsync(world);
        await IsEvictedAsync(world, await IllPodTests.FallIllNowAsync(world));
    }

    [Fact]
    [Flips(nameof(GatePipeline.ForRestart), typeof(SparePodsGate))]
    public Task AMissingPodHasTheRestartWaitAndOneThatIsNoLongerAskedForAllows() =>
        MissingPodAsync((world, _) => world.ReleaseAsync(1, PodFate.Well));

    /// <summary>The new pod has served next to nothing when it gets ready, and says nothing of the ill one.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRestart), typeof(SparePodsGate))]
    public Task AMissingPodHasTheRestartWaitAndItsReplacementAllows() =>
        MissingPodAsync((world, missing) => world.Client.SendAsync(HttpMethod.Delete, KubernetesResources.Pods.Path(world.Namespace, missing.Metadata.Name), ct: ApiServerWorld.Ct));

    private static async Task MissingPodAsync(Func<ApiServerWorld, V1Pod, Task> flip)
    {
        var policy = Manifests.RestartPolicy("policy", "web");
        policy["spec"]!["rolloutDeadline"] = "10m";
        await using var world = await IllPodTests.WorldAsync(policy, deployment => deployment["spec"]!["replicas"] = 3);
        await using var running = await IllPodTests.RunningAsync(world);
        var ill = await IllPodTests.FallIllAsync(world);
        var missing = (await IllPodTests.PodsAsync(world)).First(pod => pod.Metadata.Name != ill.Metadata.Name);
        world.Kubelet.PodFates[missing.Metadata.Name!] = PodFate.Well with { Start = PodStart.NotReady };
        var waiting = await world.StoppedByAsync("SparePods", "Wait", "PodsMissing");
        await Waiting.QuietlyAsync(3);
        IllPodTests.AssertEvicted(world);

        await flip(world, missing);
        var healed = await IsEvictedAsync(world, ill);
        Assert.Equal(waiting.Metadata.Uid, healed.Metadata.Uid);
    }

    private static async Task IsDeniedAsync(ApiServerWorld world, string gate, string reason)
    {
        await world.StoppedByAsync(gate, "Deny", reason);
        await world.EscalatedAsync(reason);
        await Waiting.QuietlyAsync(2);
        IllPodTests.AssertEvicted(world);
    }

    /// <summary>A person mends the pods without replacing them.</summary>
    private static async Task MendAsync(ApiServerWorld world)
    {
        world.Kubelet.PodFates.Clear();
        await world.IncidentAsync(IncidentPhase.Resolved);
    }

    internal static async Task ReplacePodsAsync(ApiServerWorld world)
    {
        var old = (await IllPodTests.PodsAsync(world)).Select(pod => pod.Metadata.Uid).ToHashSet();
        await world.Client.SendAsync(HttpMethod.Delete, KubernetesResources.Pods.Path(world.Namespace), ct: ApiServerWorld.Ct);
        await Waiting.ForAsync("new pods", async () => await IllPodTests.PodsAsync(world) is { Count: 2 } pods && !pods.Any(pod => old.Contains(pod.Metadata.Uid)) ? pods : null);
        await world.RolledOutAsync();
        await Waiting.QuietlyAsync(4);
    }

    private static async Task<Incident> IsEvictedAsync(ApiServerWorld world, V1Pod ill)
    {
        var healed = await world.IncidentAsync("healed", one => one.Status is { Phase: IncidentPhase.Resolved, LastAction: "Restart/Succeeded" }, patience: TimeSpan.FromMinutes(3)); // it is watched for as long as the pod had lived
        Assert.Equal((ill.Metadata.Name, ill.Metadata.Uid), (healed.Status!.Actions[^1].TargetPod, healed.Status.Actions[^1].TargetPodUid));
        IllPodTests.AssertEvicted(world, ill);
        return healed;
    }
}
