namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>
/// Ends readiness on SIGTERM and goes on serving for a moment: the endpoints of a Service learn of a leaving pod a little later
/// than the pod itself, and a rollout must not cost a request.
/// </summary>
internal sealed class Readiness(TimeSpan drain, TimeProvider clock) : IHostedLifecycleService
{
    private volatile bool stopping;

    public bool IsReady => !stopping;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        stopping = true;
        return Task.Delay(drain, clock, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
