using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

[Trait("Tier", "apiserver")]
public class RealCrdTests
{
    private const string Crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly ResourceType<Widget> Widgets = new(WidgetJson.Default.Widget);

    /// <summary>One test, because a definition is for the whole server.</summary>
    [Fact]
    public async Task AGeneratedDefinitionIsAcceptedAndEnforcedAndItsStatusIsASubresource()
    {
        await using var server = await RealServer.ConnectAsync();
        var cel = await server.Client.ServerVersionAsync(Ct) >= new Version(1, 25);
        var crd = CrdGeneratorTests.Widget(cel);
        var name = (string)crd["metadata"]!["name"]!;
        await server.Client.SendAsync(HttpMethod.Patch, $"{Crds}/{name}?fieldManager=test&force=true", crd, "application/apply-patch+yaml", Ct);
        try
        {
            await EstablishedAsync(server.Client, name);
            await DefaultsAndRefusalsAsync(server);
            await StatusAsync(server);
        }
        finally
        {
            await server.Client.SendAsync(HttpMethod.Delete, $"{Crds}/{name}", ct: CancellationToken.None); // also after a cancelled test
        }
    }

    private static async Task EstablishedAsync(KubernetesClient client, string name)
    {
        for (var i = 0; ; i++)
        {
            var conditions = (await client.SendAsync(HttpMethod.Get, $"{Crds}/{name}", ct: Ct))!["status"]?["conditions"] as JsonArray ?? [];
            Assert.DoesNotContain(conditions, condition => (string?)condition!["type"] == "NonStructuralSchema");
            if (conditions.Any(condition => (string?)condition!["type"] == "Established" && (string?)condition["status"] == "True"))
                return;
            Assert.True(i < 100, "the definition was not established within 10 s");
            await Task.Delay(100, Ct);
        }
    }

    private static async Task DefaultsAndRefusalsAsync(RealServer server)
    {
        var widgets = server.Client.For(Widgets);
        var created = await CreatedAsync(widgets, server.Namespace);
        Assert.Equal((WidgetMode.Careful, 0.25, 30), (created.Spec.Mode, created.Spec.Tolerance, created.Spec.Limits!.Seconds));
        foreach (var (spec, field) in new[]
        {
            ("""{"size":0}""", "spec.size"), ("""{}""", "spec.size"), ("""{"size":1,"mode":"Odd"}""", "spec.mode"), ("""{"size":1,"title":"UPPER"}""", "spec.title"),
            ("""{"size":1,"tolerance":1}""", "spec.tolerance"), ("""{"size":1,"tags":["x","x"]}""", "spec.tags"), ("""{"size":1,"parts":[{"colour":"red"}]}""", "spec.parts"),
            ("""{"size":1,"parts":[{"name":"a","colour":"green"}]}""", "spec.parts"),
        })
        {
            var body = JsonNode.Parse($$"""{"apiVersion":"test.chronosops.io/v1alpha1","kind":"Widget","metadata":{"name":"bad"},"spec":{{spec}} }""");
            var error = await Assert.ThrowsAsync<KubernetesException>(() => server.Client.SendAsync(HttpMethod.Post, Widgets.Path(server.Namespace), body, ct: Ct));
            Assert.True(error.IsInvalid, error.Message);
            Assert.Contains(field, error.Message);
        }
    }

    /// <summary>A definition is served a moment after it is established.</summary>
    private static async Task<Widget> CreatedAsync(GenericClient<Widget> widgets, string ns)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await widgets.CreateNamespacedAsync(new Widget { Metadata = { Name = "w" }, Spec = { Size = 3, Limits = null } }, ns, ct: Ct);
            }
            catch (KubernetesException e) when (e.IsNotFound && i < 50)
            {
                await Task.Delay(100, Ct);
            }
        }
    }

    private static async Task StatusAsync(RealServer server)
    {
        var widgets = server.Client.For(Widgets);
        var widget = await widgets.ReadNamespacedAsync(server.Namespace, "w", Ct);
        widget.Status = new WidgetStatus { Phase = "Done" };
        widget.Spec.Size = 9;
        var written = await widgets.ReplaceStatusNamespacedAsync(widget, server.Namespace, "w", ct: Ct);
        Assert.Equal(("Done", 3, 1L), (written.Status!.Phase, written.Spec.Size, written.Generation()));
        var stale = JsonSerializer.Deserialize(JsonSerializer.Serialize(widget, WidgetJson.Default.Widget), WidgetJson.Default.Widget)!;
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => widgets.ReplaceStatusNamespacedAsync(stale, server.Namespace, "w", ct: Ct))).IsConflict);
        var patched = await widgets.PatchNamespacedAsync(new V1Patch(JsonNode.Parse("""{"status":{"phase":"Again"}}""")!, V1Patch.PatchType.MergePatch), server.Namespace, "w", ct: Ct, subresource: "status");
        Assert.Equal("Again", patched.Status!.Phase);
    }
}
