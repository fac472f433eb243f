using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>Generated definitions on a real server: accepted, defaulted, enforced.</summary>
[Trait("Tier", "apiserver")]
[Trait("Tier", "crds")]
public class RealCrdTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Wrong => new()
    {
        { """{"size":0}""", "spec.size" },
        { """{}""", "spec.size" },
        { """{"size":1,"mode":"Odd"}""", "spec.mode" },
        { """{"size":1,"title":"UPPER"}""", "spec.title" },
        { """{"size":1,"tolerance":1}""", "spec.tolerance" },
        { """{"size":1,"tags":["x","x"]}""", "spec.tags" },
        { """{"size":1,"parts":[{"colour":"red"}]}""", "spec.parts" },
        { """{"size":1,"parts":[{"name":"a","colour":"green"}]}""", "spec.parts" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task AWrongWidgetIsRefusedByTheNameOfItsField(string spec, string field)
    {
        await using var server = await RealWidgets.ConnectAsync();
        Assert.Contains(field, (await RefusedAsync(server, spec)).Message);
    }

    [Fact]
    public async Task WhatIsLeftOutIsFilledIn()
    {
        await using var server = await RealWidgets.ConnectAsync();
        var created = await server.Client.For(RealWidgets.Resource).CreateNamespacedAsync(new Widget { Metadata = { Name = "w" }, Spec = { Size = 3, Limits = null } }, server.Namespace, ct: Ct);
        Assert.Equal((WidgetMode.Careful, 0.25, 30), (created.Spec.Mode, created.Spec.Tolerance, created.Spec.Limits!.Seconds));
    }

    /// <summary>A rule over two fields, where the server knows rules; where it does not the definition has none, and is accepted all the same.</summary>
    [Fact]
    public async Task ARuleIsEnforcedWhereTheServerKnowsRules()
    {
        await using var server = await RealWidgets.ConnectAsync();
        const string slowAndLarge = """{"size":11}""";
        if (await RealWidgets.KnowsRulesAsync(server.Client, Ct))
            Assert.Contains("a slow widget has at most 10 parts", (await RefusedAsync(server, slowAndLarge)).Message);
        else
            await PostAsync(server, slowAndLarge);
        await PostAsync(server, """{"size":11,"mode":"Fast"}""");
    }

    [Fact]
    public async Task TheStatusIsASubresource()
    {
        await using var server = await RealWidgets.ConnectAsync();
        var widgets = server.Client.For(RealWidgets.Resource);
        var widget = await widgets.CreateNamespacedAsync(new Widget { Metadata = { Name = "w" }, Spec = { Size = 3, Limits = null } }, server.Namespace, ct: Ct);
        widget.Status = new WidgetStatus { Phase = "Done" };
        widget.Spec.Size = 9;
        var written = await widgets.ReplaceStatusNamespacedAsync(widget, server.Namespace, "w", ct: Ct);
        Assert.Equal(("Done", 3, 1L), (written.Status!.Phase, written.Spec.Size, written.Generation()));
        var stale = JsonSerializer.Deserialize(JsonSerializer.Serialize(widget, WidgetJson.Default.Widget), WidgetJson.Default.Widget)!;
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => widgets.ReplaceStatusNamespacedAsync(stale, server.Namespace, "w", ct: Ct))).IsConflict);
        var patched = await widgets.PatchNamespacedAsync(new V1Patch(JsonNode.Parse("""{"status":{"phase":"Again"}}""")!, V1Patch.PatchType.MergePatch), server.Namespace, "w", ct: Ct, subresource: "status");
        Assert.Equal("Again", patched.Status!.Phase);
    }

    /// <summary>Server-side apply of the spec goes on without conflicts, also of fields that only the client's own types and the schema's defaults fill in.</summary>
    [Fact]
    public async Task AStatusThatIsPatchedInLeavesTheSpecToItsOwners()
    {
        await using var server = await RealWidgets.ConnectAsync();
        var widgets = server.Client.For(RealWidgets.Resource);
        var applied = await widgets.PatchNamespacedAsync(Applied("""{"size":3}"""), server.Namespace, "w", new WriteOptions { FieldManager = "team" }, Ct);
        applied.Status = new WidgetStatus { Phase = "Done" };
        applied.Spec.Size = 9;
        var stale = JsonSerializer.Deserialize(JsonSerializer.Serialize(applied, WidgetJson.Default.Widget), WidgetJson.Default.Widget)!;
        var written = await widgets.PatchStatusNamespacedAsync(applied, server.Namespace, "w", new WriteOptions { FieldManager = "controller" }, Ct);
        Assert.Equal(("Done", 3, 1L), (written.Status!.Phase, written.Spec.Size, written.Generation()));
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => widgets.PatchStatusNamespacedAsync(stale, server.Namespace, "w", ct: Ct))).IsConflict);
        var again = await widgets.PatchNamespacedAsync(Applied("""{"size":4,"mode":"Fast","limits":{}}"""), server.Namespace, "w", new WriteOptions { FieldManager = "team" }, Ct);
        Assert.Equal(("Done", 4), (again.Status!.Phase, again.Spec.Size));
    }

    private static V1Patch Applied(string spec) => new(JsonNode.Parse($$"""
        { "apiVersion": "{{RealWidgets.Resource.ApiVersion}}", "kind": "{{RealWidgets.Resource.Kind}}", "metadata": { "name": "w" }, "spec": {{spec}} }
        """)!, V1Patch.PatchType.ApplyPatch);

    private static async Task<KubernetesException> RefusedAsync(RealServer server, string spec)
    {
        var error = await Assert.ThrowsAsync<KubernetesException>(() => PostAsync(server, spec));
        Assert.True(error.IsInvalid, error.Message);
        return error;
    }

    private static Task PostAsync(RealServer server, string spec)
    {
        var body = JsonNode.Parse($$"""{"apiVersion":"test.chronosops.io/v1alpha1","kind":"Widget","metadata":{"generateName":"w-"},"spec":{{spec}} }""");
        return server.Client.SendAsync(HttpMethod.Post, RealWidgets.Resource.Path(server.Namespace), body, ct: Ct);
    }
}
