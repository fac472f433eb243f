using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>The widgets' definition on the real server, put there once for all tests; a definition is for the whole server.</summary>
internal static class RealWidgets
{
    private const string Crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static readonly Lazy<Task> Defined = new(DefineAsync);
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    public static ResourceType<Widget> Resource { get; } = new(WidgetJson.Default.Widget);

    /// <summary>A server that serves widgets.</summary>
    public static async Task<RealServer> ConnectAsync()
    {
        var server = await RealServer.ConnectAsync();
        await Defined.Value;
        return server;
    }

    /// <summary>Whether the server enforces rules in CEL.</summary>
    public static async Task<bool> KnowsRulesAsync(KubernetesClient client, CancellationToken ct) => await client.ServerVersionAsync(ct) >= new Version(1, 25);

    private static async Task DefineAsync()
    {
        using var client = RealServer.NewClient();
        await DefineAsync(client, CrdGeneratorTests.Widget(await KnowsRulesAsync(client, Ct)));
        await ServedAsync(client, Resource);
    }

    public static async Task DefineAsync(KubernetesClient client, JsonObject crd)
    {
        var name = (string)crd["metadata"]!["name"]!;
        await client.SendAsync(HttpMethod.Patch, $"{Crds}/{name}?fieldManager=test&force=true", crd, "application/apply-patch+yaml", Ct);
        await EstablishedAsync(client, name);
    }

    private static async Task EstablishedAsync(KubernetesClient client, string name)
    {
        for (var i = 0; ; i++)
        {
            var conditions = (await client.SendAsync(HttpMethod.Get, $"{Crds}/{name}", ct: Ct))!["status"]?["conditions"] as JsonArray ?? [];
            Assert.DoesNotContain(conditions, condition => (string?)condition!["type"] == "NonStructuralSchema");
            if (conditions.Any(condition => (string?)condition!["type"] == "Established" && (string?)condition["status"] == "True"))
                return;
            Assert.True(i < 300, "the definition was not established within 30 s");
            await Task.Delay(100, Ct);
        }
    }

    /// <summary>A definition is served a moment after it is established.</summary>
    public static async Task ServedAsync<T>(KubernetesClient client, ResourceType<T> resource)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await client.For(resource).ListAsync("default", ct: Ct);
                return;
            }
            catch (KubernetesException e) when (e.IsNotFound && i < 300)
            {
                await Task.Delay(100, Ct);
            }
        }
    }
}
