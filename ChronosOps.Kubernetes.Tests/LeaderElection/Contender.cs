namespace ChronosOps.Kubernetes.Tests;

/// <summary>A process that wants to lead: client, elector, and work that only goes on while its token does.</summary>
internal sealed class Contender : IAsyncDisposable
{
    private readonly KubernetesClient client;
    private readonly CancellationTokenSource stop = new();
    private int working;

    /// <param name="server">The lease.</param>
    /// <param name="name">Who it is.</param>
    /// <param name="time">Its monotonic clock, which tests share, so that all advance at once.</param>
    /// <param name="skew">By how much its wall clock is wrong.</param>
    public Contender(LeaseServer server, string name, FakeTime time, TimeSpan skew = default)
    {
        Connection = new LeaseConnection(server);
        client = new KubernetesClient(new KubernetesClientConfiguration { Host = "http://api.invalid" }, new SkewedTime(time, skew), Connection);
        Elector = new LeaderElector(new LeaderElectionConfig(new LeaseLock(client, "shop", "leader", name)));
        Elector.OnStartedLeading += () => Log.Enqueue("started");
        Elector.OnStoppedLeading += () => Log.Enqueue("stopped");
        Elector.OnNewLeader += leader => Log.Enqueue($"leader {leader}");
        Work = async ct =>
        {
            Interlocked.Increment(ref working);
            try
            {
                await Task.Delay(Timeout.Infinite, ct);
            }
            finally
            {
                Interlocked.Decrement(ref working);
                Log.Enqueue($"work ended while the lease was {server.Lease?.Spec.HolderIdentity}'s");
            }
        };
    }

    public LeaderElector Elector { get; }
    public LeaseConnection Connection { get; }
    public KubernetesMetrics Metrics => client.Metrics;
    public System.Collections.Concurrent.ConcurrentQueue<string> Log { get; } = new();
    public Func<CancellationToken, Task> Work { get; set; }
    public Task Running { get; private set; } = Task.CompletedTask;
    public bool IsWorking => Volatile.Read(ref working) > 0;

    public Contender Start()
    {
        Running = Elector.RunAsync(ct => Work(ct), stop.Token);
        return this;
    }

    public Task StopAsync()
    {
        stop.Cancel();
        return Running.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        Connection.Fault = () => LeaseFault.Refused;
        await StopAsync().WaitAsync(TimeSpan.FromSeconds(10));
        client.Dispose();
        stop.Dispose();
    }

    private sealed class SkewedTime(FakeTime time, TimeSpan skew) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + skew;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }
}
