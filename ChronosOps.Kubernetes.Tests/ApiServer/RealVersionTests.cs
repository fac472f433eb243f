using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Crds;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>A kind with two versions on a real server: each client uses its own, and neither loses what the other wrote.</summary>
[Trait("Tier", "apiserver")]
[Trait("Tier", "crds")]
public class RealVersionTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnObjectOfOneVersionIsReadAndWrittenInAnother()
    {
        await using var server = await RealServer.ConnectAsync();
        await RealWidgets.DefineAsync(server.Client, CrdGenerator.Generate([GadgetJson.Default.Gadget, GadgetJson.Default.GadgetAlpha], new CrdOptions()));
        var (beta, alpha) = (new ResourceType<Gadget>(GadgetJson.Default.Gadget), new ResourceType<GadgetAlpha>(GadgetJson.Default.GadgetAlpha));
        await RealWidgets.ServedAsync(server.Client, beta);
        await RealWidgets.ServedAsync(server.Client, alpha);

        await server.Client.For(beta).CreateNamespacedAsync(new Gadget { Metadata = { Name = "g" }, Spec = new GadgetSpec { Size = 3, Tags = ["new"] } }, server.Namespace, ct: Ct);
        var old = await server.Client.For(alpha).ReadNamespacedAsync(server.Namespace, "g", Ct);
        Assert.Equal(("test.chronosops.io/v1alpha1", 3), (old.ApiVersion, old.Spec.Size));
        await server.Client.For(alpha).PatchNamespacedAsync(new V1Patch(JsonNode.Parse("""{"spec":{"size":4}}""")!, V1Patch.PatchType.MergePatch), server.Namespace, "g", ct: Ct);
        var now = await server.Client.For(beta).ReadNamespacedAsync(server.Namespace, "g", Ct);
        Assert.Equal(("test.chronosops.io/v1beta1", 4), (now.ApiVersion, now.Spec.Size));
        Assert.Equal(["new"], now.Spec.Tags!);
        var large = new V1Patch(JsonNode.Parse("""{"spec":{"size":6}}""")!, V1Patch.PatchType.MergePatch);
        Assert.Contains("spec.size", (await Assert.ThrowsAsync<KubernetesException>(() => server.Client.For(beta).PatchNamespacedAsync(large, server.Namespace, "g", ct: Ct))).Message);
        Assert.Equal(6, (await server.Client.For(alpha).PatchNamespacedAsync(large, server.Namespace, "g", ct: Ct)).Spec.Size);
    }
}
