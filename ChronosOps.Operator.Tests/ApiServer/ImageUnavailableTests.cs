using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A registry that is away: pods that run go on, those that are made anew wait for their image.</summary>
[Trait("Tier", "apiserver")]
public class ImageUnavailableTests
{
    /// <summary>The release is seconds old, and the one before is there to return to.</summary>
    [Fact]
    public async Task APodThatCannotHaveTheImageOfAProvenReleaseIsNoReasonToRollItBack()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Well);
        await world.RolledOutAsync();
        await Waiting.ForAsync("the second release to prove itself", async () =>
            (await world.Client.For(ApiResources.Policies).ReadNamespacedAsync(world.Namespace, "policy", ApiServerWorld.Ct)).Status?.Workloads.FirstOrDefault(one => one.KnownGood.Count == 2));

        // The time at which a pod is made is told in whole seconds: within the one in which the release proved itself it would be before that.
        await Waiting.QuietlyAsync(2);
        var pods = (await IllPodTests.PodsAsync(world)).Where(pod => pod.Metadata.DeletionTimestamp is null).ToList();
        pods.ForEach(pod => world.Kubelet.PodFates[pod.Metadata.Name!] = PodFate.Well);
        world.Kubelet.Fates[Manifests.Image(2)] = PodFate.Well with { Start = PodStart.ImagePullBackOff };
        await world.Client.For(KubernetesResources.Pods).DeleteNamespacedAsync(world.Namespace, pods[0].Metadata.Name!, ct: ApiServerWorld.Ct);

        var incident = await world.EscalatedAsync("NoRungHelps");
        Assert.Equal("ImageUnavailable", incident.Status!.Cause);
        Assert.Contains(Manifests.Image(2), incident.Status.Message, StringComparison.Ordinal);
        await Waiting.QuietlyAsync(2);
        Assert.Equal(Manifests.Image(2), await world.ImageAsync());
        Assert.Empty(world.ForeignWrites());
    }
}
