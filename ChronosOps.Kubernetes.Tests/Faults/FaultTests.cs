using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>
/// Randomised runs with faults between client and server. <c>CHRONOSOPS_FAULT_RUNS</c> says how many, <c>CHRONOSOPS_FAULT_SEED</c>
/// the first seed (for a run that failed, with 1 run); without it every time begins somewhere else.
/// </summary>
public class FaultTests
{
    private const int AtOnce = 12;
    private const string Crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task InAnyDisturbanceNothingIsMissedDoubledOrLeaked()
    {
        await using var proxy = await FaultProxy.StartAsync();
        await ManyAsync(Setting("RUNS", IsLong ? 5000 : 200), proxy, seed => Task.FromResult(FaultTarget.InMemory(new FastTime(FaultRun.Speed), streamsLists: seed % 2 == 0)));
    }

    /// <summary>Runs that cannot fail would say nothing. The line is calm, since every list after a fault would heal the loss.</summary>
    [Fact]
    public async Task AClientThatDoesNotHearOfDeletionsIsNoticed()
    {
        await using var proxy = await FaultProxy.StartAsync();
        var problems = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Enumerable.Range(1, 6), Ct, async (seed, ct) =>
        {
            await using var server = FaultTarget.InMemory(new FastTime(FaultRun.Speed), streamsLists: true);
            var run = new FaultRun(seed, proxy, server) { Patience = TimeSpan.FromSeconds(3), Defects = [new LosesDeletions()] };
            run.Line.Calm();
            foreach (var problem in await run.RunAsync(ct))
                problems.Enqueue(problem);
        });
        Assert.Contains(problems, problem => problem.StartsWith("not equal", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Tier", "apiserver")]
    [Trait("Tier", "crds")]
    public async Task InAnyDisturbanceBeforeARealServerNothingIsMissedDoubledOrLeaked()
    {
        await using var real = await RealServer.ConnectAsync();
        var configuration = RealServer.Configuration();
        using var server = new HttpMessageInvoker(new Rebased(configuration.Host) { InnerHandler = HttpPipeline.Build(configuration, []) });
        await real.Client.SendAsync(HttpMethod.Patch, $"{Crds}/probes.faults.test.chronosops.io?fieldManager=test&force=true", JsonNode.Parse(Probe.Definition), "application/apply-patch+yaml", Ct);
        try
        {
            await ServedAsync(real);
            await using var proxy = await FaultProxy.StartAsync();
            await ManyAsync(Setting("RUNS", IsLong ? 400 : 40), proxy, async _ => FaultTarget.Real(server, await RealServer.ConnectAsync()));
        }
        finally
        {
            await real.Client.SendAsync(HttpMethod.Delete, $"{Crds}/probes.faults.test.chronosops.io", ct: CancellationToken.None);
        }
    }

    private static async Task ManyAsync(int runs, FaultProxy proxy, Func<int, Task<FaultTarget>> target)
    {
        var first = Setting("SEED", Random.Shared.Next(1_000_000));
        var (failures, faults) = (new ConcurrentQueue<string>(), new ConcurrentDictionary<Fault, int>());
        var traces = new ConcurrentQueue<WeakReference>();
        var (reconciles, relists) = (0L, 0L);
        await Parallel.ForEachAsync(Enumerable.Range(first, runs), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Ct }, async (seed, ct) =>
        {
            await using var server = await target(seed);
            var run = new FaultRun(seed, proxy, server);
            foreach (var problem in await run.RunAsync(ct))
                failures.Enqueue($"seed {seed}: {problem}");
            foreach (var (fault, count) in run.Line.Faults)
                faults.AddOrUpdate(fault, count, (_, known) => known + count);
            Interlocked.Add(ref reconciles, run.Reconciles);
            Interlocked.Add(ref relists, run.Relists);
            foreach (var trace in run.Traces)
                traces.Enqueue(trace);
        });
        var summary = $"{runs} runs from seed {first}, {reconciles} reconciliations, {relists} relists; requests: {string.Join(", ", faults.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"))}";
        Told.Line("faults", summary);
        Assert.True(failures.IsEmpty, $"{string.Join('\n', failures)}\n{summary}");
        if (runs >= 50)
            Assert.DoesNotContain(Enum.GetValues<Fault>(), fault => !faults.ContainsKey(fault));
        await NothingIsLeftAsync(proxy, traces);
    }

    /// <summary>No connection, and neither client nor informer nor controller: a timer or a task that goes on would hold them.</summary>
    private static async Task NothingIsLeftAsync(FaultProxy proxy, IReadOnlyCollection<WeakReference> traces)
    {
        await Eventually.BeTrue(() => proxy.Connections == 0, seconds: 30);
        await Eventually.BeTrue(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return traces.Count(trace => trace.IsAlive) <= 3; // the last run's may still be on a stack
        }, seconds: 30);
    }

    private static async Task ServedAsync(RealServer real)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await real.Client.For(Probe.Resource).ListAsync(real.Namespace, ct: Ct);
                return;
            }
            catch (KubernetesException e) when (e.IsNotFound && i < 100)
            {
                await Task.Delay(100, Ct);
            }
        }
    }

    private static bool IsLong => Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_LONG") == "1";

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable($"CHRONOSOPS_FAULT_{name}") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>Sends to the real server what the proxy asks of "upstream".</summary>
    private sealed class Rebased(string host) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(host.TrimEnd('/') + request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
