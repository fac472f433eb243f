using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>
/// A namespace of its own on a real API server, for one test; without a server the test is skipped by name. A server of custom resources alone
/// has no namespaces, and takes any name for one.
/// </summary>
internal sealed class RealServer : IAsyncDisposable
{
    public const string Variable = "CHRONOSOPS_TEST_KUBECONFIG";

    private readonly bool hasNamespaces;

    private RealServer(KubernetesClient client, string ns, bool hasNamespaces) => (Client, Namespace, this.hasNamespaces) = (client, ns, hasNamespaces);

    public KubernetesClient Client { get; }

    public string Namespace { get; }

    /// <summary>How to reach the server; without one the test is skipped.</summary>
    public static KubernetesClientConfiguration Configuration()
    {
        var reason = Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_SKIP");
        Assert.SkipWhen(!string.IsNullOrEmpty(reason), reason ?? "");
        var path = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(path), $"{Variable} does not name the kubeconfig of an API server");
        return KubernetesClientConfiguration.BuildConfigFromConfigFile(path);
    }

    public static KubernetesClient NewClient() => new(Configuration());

    public static async Task<RealServer> ConnectAsync()
    {
        var client = NewClient();
        var ns = $"ktest-{Guid.NewGuid():n}"[..20];
        var ct = TestContext.Current.CancellationToken;
        var hasNamespaces = await client.SupportsAsync("", "v1", "namespaces", ct);
        if (hasNamespaces)
            await client.For(KubernetesResources.Namespaces).CreateAsync(new() { Metadata = { Name = ns } }, ct: ct);
        return new RealServer(client, ns, hasNamespaces);
    }

    public async ValueTask DisposeAsync()
    {
        if (hasNamespaces)
            await Client.For(KubernetesResources.Namespaces).DeleteAsync(Namespace);
        Client.Dispose();
    }

    public static V1Deployment Deployment(string name) => new()
    {
        Metadata = { Name = name },
        Spec =
        {
            Replicas = 0,
            Selector = new() { MatchLabels = new() { ["app"] = name } },
            Template = JsonNode.Parse($$"""{"metadata":{"labels":{"app":"{{name}}"} },"spec":{"containers":[{"name":"main","image":"example/web:1","env":[{"name":"A","value":"1"}]}]} }""")!.AsObject(),
        },
    };
}
