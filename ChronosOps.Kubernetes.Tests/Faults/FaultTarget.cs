namespace ChronosOps.Kubernetes.Tests;

/// <summary>The server of one randomised run: how the proxy reaches it, how the test changes it past the proxy.</summary>
internal sealed class FaultTarget : IAsyncDisposable
{
    private readonly Func<ValueTask> end;

    private FaultTarget(HttpMessageInvoker server, KubernetesClient direct, string ns, Action compact, Func<ValueTask> end) =>
        (Server, Direct, Namespace, Compact, this.end) = (server, direct, ns, compact, end);

    public HttpMessageInvoker Server { get; }
    public KubernetesClient Direct { get; }
    public string Namespace { get; }

    /// <summary>Makes the server forget old versions, where it can be told to.</summary>
    public Action Compact { get; }

    /// <summary>A server in this process.</summary>
    public static FaultTarget InMemory(TimeProvider time, bool streamsLists)
    {
        var server = new MemoryApiServer(time, streamsLists);
        var invoker = new HttpMessageInvoker(server);
        var direct = new KubernetesClient(new KubernetesClientConfiguration { Host = "http://memory" }, null, new To(invoker));
        return new FaultTarget(invoker, direct, "shop", server.Compact, () =>
        {
            invoker.Dispose();
            direct.Dispose();
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>A namespace of a real API server.</summary>
    public static FaultTarget Real(HttpMessageInvoker server, RealServer real) => new(server, real.Client, real.Namespace, () => { }, real.DisposeAsync);

    public ValueTask DisposeAsync() => end();

    private sealed class To(HttpMessageInvoker server) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => server.SendAsync(request, cancellationToken);
    }
}
