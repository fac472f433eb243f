using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

[Trait("Tier", "apiserver")]
public class HelmReleaseTests
{
    [Fact]
    public async Task ABadReleaseByHelmIsRolledBackAndTheNextUpgradeWorks()
    {
        await using var world = await ApiServerWorld.StartAsync();
        var chart = Directory.CreateTempSubdirectory("chronosops-chart-").FullName;
        await File.WriteAllTextAsync(Path.Combine(chart, "Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n", ApiServerWorld.Ct);
        Directory.CreateDirectory(Path.Combine(chart, "templates"));
        var template = Manifests.Deployment("web", "example.com/web:{{ .Values.version }}").ToJsonString();
        await File.WriteAllTextAsync(Path.Combine(chart, "templates/web.yaml"), template, ApiServerWorld.Ct);

        await HelmAsync(world, "install", "shop", chart, "--set", "version=1");
        await using var running = await EscalationTests.StartAsync(world);
        world.Kubelet.Fates[Manifests.Image(2)] = PodFate.Failing();
        await HelmAsync(world, "upgrade", "shop", chart, "--set", "version=2");
        await world.IncidentAsync(IncidentPhase.Mitigated);
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());

        await HelmAsync(world, "upgrade", "shop", chart, "--set", "version=3");
        await world.RolledOutAsync();
        Assert.Equal(Manifests.Image(3), await world.ImageAsync());
        world.AssertSpecWrites("web");
    }

    private static async Task HelmAsync(ApiServerWorld world, params string[] arguments)
    {
        var result = await Kubectl.TryAsync("helm", world.Cluster.Kubeconfig, null, [.. arguments, "--namespace", world.Namespace]);
        Assert.True(result.ExitCode == 0, $"helm {string.Join(' ', arguments)}: {result.Error}");
    }
}
