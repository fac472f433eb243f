using System.Collections.Concurrent;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>
/// The operator is killed at its n-th write since the bad release, before the write reaches the API server or after it was carried
/// out and before the answer came back; the next one goes on. For every n of a whole incident where CHRONOSOPS_KILL_MATRIX is "full",
/// for every fourth otherwise.
/// </summary>
[Trait("Tier", "apiserver")]
public class KillMatrixTests
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

            var seen = 0;
            if (await OneKill.SurvivesAsync(when, (_, _, _) => ++seen == n) is { } write)
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
            Told.Line("kill-matrix", $"killed at n={n} {when}: {write}");
        }

        Told.Line("kill-matrix", $"an incident has fewer than {beyond} writes; {told.Count} kills");
        Assert.True(told.Count >= 6, "hardly any kill happened");
    }

    private static void InterlockedMin(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) > value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
