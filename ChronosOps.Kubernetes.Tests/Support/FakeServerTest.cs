namespace ChronosOps.Kubernetes.Tests;

/// <summary>A test against a fake server of its own: what runs against it is ended before client and server go.</summary>
public abstract class FakeServerTest : IAsyncLifetime
{
    private protected readonly FakeTime time = new();
    private protected readonly CancellationTokenSource stop = new();
    private protected FakeApiServer server = null!;
    private protected KubernetesClient client = null!;
    private protected Task running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        server = await FakeApiServer.StartAsync();
        Prepare();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        client.Dispose();
        await server.DisposeAsync();
        stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The server is up: make the client, and what else the test needs.</summary>
    private protected abstract void Prepare();
}
