using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>What happens every day causes no action, and the same process then heals a real fault.</summary>
[Trait("Tier", "apiserver")]
public class BenignTests
{
    [Fact]
    public Task ABlipIsNoIncident() => HarmlessAsync(async world =>
    {
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Failing();
        await Waiting.QuietlyAsync(1);
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Well;
    });

    [Fact]
    public Task AGoodReleaseWithABlipIsNoIncident() => HarmlessAsync(async world =>
    {
        await world.ReleaseAsync(3, PodFate.Failing(0.3));
        await Waiting.QuietlyAsync(1);
        world.Kubelet.Fates[Manifests.Image(3)] = PodFate.Well;
        await world.RolledOutAsync();
    }, good: 3);

    [Fact]
    public Task ADeletedPodIsNoIncident() => HarmlessAsync(async world =>
        await world.Client.SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/{world.Namespace}/pods/{world.Prometheus.Traffic.Pods[0]}", ct: ApiServerWorld.Ct));

    [Fact]
    public Task AConfigMapEditIsNoIncident() => HarmlessAsync(async world =>
    {
        await world.ApplyAsync(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "settings" }, ["data"] = new JsonObject { ["a"] = "2" } });
        await Waiting.QuietlyAsync(3);
    });

    internal static async Task HarmlessAsync(Func<ApiServerWorld, Task> disturb, int good = 1)
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await disturb(world);
        await Waiting.QuietlyAsync(6);
        Assert.Empty((await world.IncidentsAsync()).Select(Waiting.Story));
        Assert.Empty(world.ForeignWrites());

        var replicas = (int)(await world.DeploymentAsync())["spec"]!["replicas"]!;
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => deployment["spec"]!["replicas"] = replicas);
        await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal(Manifests.Image(good), await world.ImageAsync());
        world.AssertSpecWrites("web");
    }
}

[Trait("Tier", "apiserver")]
public class BenignTrafficTests
{
    [Fact]
    public Task DoubledTrafficIsNoIncident() => BenignTests.HarmlessAsync(world =>
    {
        world.Prometheus.Traffic.RequestsPerSecond *= 2;
        return Task.CompletedTask;
    });

    [Fact]
    public Task ABurstOfClientErrorsIsNoIncident() => BenignTests.HarmlessAsync(world =>
    {
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Well with { ClientErrorRatio = 0.9 };
        return Task.CompletedTask;
    });

    [Fact]
    public Task AScaledDeploymentIsNoIncident() => BenignTests.HarmlessAsync(async world =>
    {
        await Kubectl.RunAsync(world.Cluster.Kubeconfig, null, "-n", world.Namespace, "scale", "deployment/web", "--replicas=4");
        await world.RolledOutAsync();
    });

    [Fact]
    public Task NoTrafficIsNoIncident() => BenignTests.HarmlessAsync(async world =>
    {
        world.Prometheus.Traffic.RequestsPerSecond = 0;
        await world.PolicyConditionAsync("policy", "SignalsAvailable", "Unknown");
        world.Prometheus.Traffic.RequestsPerSecond = 40;
    });
}
