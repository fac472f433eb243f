using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>A namespace of its own on a real API server, for one test; without a server the test is skipped by name.</summary>
internal sealed class RealServer : IAsyncDisposable
{
    public const string Variable = "CHRONOSOPS_TEST_KUBECONFIG";

    private RealServer(KubernetesClient client, string ns) => (Client, Namespace) = (client, ns);

    public KubernetesClient Client { get; }

    public string Namespace { get; }

    /// <summary>How to reach the server; without one the test is skipped.</summary>
    public static KubernetesClientConfiguration Configuration()
    {
        var path = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(path), $"{Variable} does not name the kubeconfig of an API server");
        return KubernetesClientConfiguration.BuildConfigFromConfigFile(path);
    }

    public static KubernetesClient NewClient() => new(Configuration());

    public static async Task<RealServer> ConnectAsync()
    {
        var client = NewClient();
        var ns = $"ktest-{Guid.NewGuid():n}"[..20];
        await client.For(KubernetesResources.Namespaces).CreateAsync(new() { Metadata = { Name = ns } }, ct: TestContext.Current.CancellationToken);
        return new RealServer(client, ns);
    }

    public async ValueTask DisposeAsync()
    {
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
