using System.Collections.Concurrent;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>
/// The operator is killed at its n-th write since the bad release, before the write reaches the API server or after it was carried
/// out and before the answer came back; the next one goes on. For every n of a whole incident where CHRONOSOPS_KILL_MATRIX is "full",
/// for every fourth otherwise.
/// </summary>
[Trait("Tier", "apiserver")]
public class KillMatrixTests(ITestOutputHelper output)
{
    private const int AtOnce = 4;

    [Fact]
    public async Task KilledAtTheNthWriteTheEffectIsOneAndTheEndIsTrue()
    {
        var step = Environment.GetEnvironmentVariable("CHRONOSOPS_KILL_MATRIX") == "full" ? 1 : 4;
        var told = new ConcurrentBag<(int N, ProxyMoment When, string Write)>();
        var beyond = int.MaxValue;
        var moments = Enumerable.Range(0, 100).Select(i => 1 + (i * step)).SelectMany(n => new[] { (n, ProxyMoment.Before), (n, ProxyMoment.After) });
        await Parallel.ForEachAsync(moments, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ApiServerWorld.Ct }, async (moment, _) =>
        {
            var (n, when) = moment;
            if (n >= Volatile.Read(ref beyond))
            {
                return;
            }

            if (await SurvivesAsync(n, when) is { } write)
            {
                told.Add((n, when, write));
            }
            else
            {
                InterlockedMin(ref beyond, n);
            }
        });
        foreach (var (n, when, write) in told.OrderBy(kill => (kill.N, kill.When)))
        {
            output.WriteLine($"n={n} {when}: {write}");
        }

        output.WriteLine($"an incident has fewer than {beyond} writes; {told.Count} kills");
        Assert.True(told.Count >= 6, "hardly any kill happened");
    }

    /// <summary>One incident with one kill.</summary>
    /// <returns>The write at which it was killed; null when the incident was over before.</returns>
    private static async Task<string?> SurvivesAsync(int n, ProxyMoment when)
    {
        await using var world = await ApiServerWorld.StartAsync();
        RunningOperator? first = null;
        var (released, seen, killed) = (false, 0, (string?)null);
        await using var proxy = await ApiProxy.StartAsync(world.Client.Configuration, (moment, method, path, _) =>
        {
            if (Volatile.Read(ref released) && Volatile.Read(ref killed) is null && moment == when && Interlocked.Increment(ref seen) == n)
            {
                Volatile.Write(ref killed, $"{method} {path}");
                first!.Kill();
            }

            return Volatile.Read(ref killed) is not null;
        });
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        first = await RunningOperator.StartProcessAsync(world, proxy.Kubeconfig(KubernetesClientConfiguration.BuildConfigFromConfigFile(world.OperatorKubeconfig).AccessToken!));
        await using (first)
        {
            await world.PolicyConditionAsync("policy", "Protected", "True");
            Volatile.Write(ref released, true);
            await world.ReleaseAsync(2, PodFate.Failing());
            await Waiting.ForAsync(
                $"write {n} or the end of the incident",
                async () => Volatile.Read(ref killed) is not null || (await world.IncidentsAsync()).Any(incident => incident.Status?.Phase == IncidentPhase.Resolved) ? first : null,
                async () => string.Join(" | ", (await world.IncidentsAsync()).Select(Waiting.Story)),
                TimeSpan.FromMinutes(2));
        }

        await using var second = await RunningOperator.StartProcessAsync(world);
        await world.IncidentAsync("resolved", incident => incident.Status?.Phase == IncidentPhase.Resolved, patience: TimeSpan.FromMinutes(2));
        var only = Assert.Single(await world.IncidentsAsync());
        Assert.True(only.Status?.LastAction == "Rollback/Succeeded", $"n={n} {when}: {Waiting.Story(only)}");
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());
        world.AssertSpecWrites("web");
        return killed?.Replace(world.Namespace, "NAMESPACE", StringComparison.Ordinal);
    }

    private static void InterlockedMin(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) > value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
