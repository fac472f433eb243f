using System.Globalization;
using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>The operator in its container is ended by SIGKILL wherever an incident may be: it goes on, and every bad workload is written to once.</summary>
[Trait("Tier", "cluster")]
[Collection(AloneOnTheCluster.Name)]
public class KilledInEachPhaseTests(KilledServices killed) : IClassFixture<KilledServices>
{
    private const int RandomDeaths = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task KilledInEachPhaseItGoesOnAndWritesOnce()
    {
        ClusterScripts.Need();
        var services = await killed.GetAsync();
        var operatorPod = await OperatorPod.FindAsync();
        var since = ClusterScripts.Now;
        using var plan = new KillPlan(operatorPod, services, since);
        await using var detour = await OperatorDetour.StartAsync(plan.InterfereAsync);
        await Task.WhenAll(services[0].ReleaseAsync("1.1.0", "FAULT_ERROR_RATIO", "0.4"), services[1].ReleaseAsync("1.1.0", "FAULT_START", "fail"));
        for (var count = 1; plan.Left.Count > 0 || !plan.Deaths.IsEmpty; count++)
        {
            var death = await NextAsync(plan);
            var back = await RevivedAsync(operatorPod, death.Process, count);
            Told.Line("killed", $"process {death.Process} ended when {death.Moment.Name} ({death.Service}); while dead: {KilledServices.Text(death.Phases)}; back after {back}");
            Assert.Equal(death.Moment.Phase, death.Phases[death.Service]);
        }

        await KilledServices.AssertHealedAsync(services, since);
        Told.Line("killed", $"both resolved; spec writes: {string.Join(", ", OperatorWrites.OfSpecs(since))}");
    }

    /// <summary>Nothing stands between the operator and the API server here.</summary>
    [Fact]
    public async Task KilledAtRandomMomentsItGoesOnAndWritesOnce()
    {
        ClusterScripts.Need();
        var services = await killed.GetAsync();
        var operatorPod = await OperatorPod.FindAsync();
        var since = ClusterScripts.Now;
        await Task.WhenAll(services[0].ReleaseAsync("1.2.0", "FAULT_LATENCY_MS", "1200"), services[1].ReleaseAsync("1.2.0", "FAULT_ERROR_RATIO", "0.3"));
        await Waiting.QuietlyAsync(5);
        for (var count = 1; count <= RandomDeaths; count++)
        {
            var alive = 2 + (Random.Shared.NextDouble() * 9);
            await Waiting.QuietlyAsync(alive);
            var process = operatorPod.Kill();
            Assert.True(process is not null, "the operator ended by itself");
            var phases = KilledServices.Text(await KilledServices.PhasesAsync(services, since));
            var back = await RevivedAsync(operatorPod, process.Value, count);
            Told.Line("killed", string.Create(CultureInfo.InvariantCulture, $"process {process} ended after {alive:0.0} s; {phases}; back after {back}"));
        }

        await KilledServices.AssertHealedAsync(services, since);
        Told.Line("killed", $"both resolved; spec writes: {string.Join(", ", OperatorWrites.OfSpecs(since))}");
    }

    private static Task<Death> NextAsync(KillPlan plan) => Waiting.ForAsync(
        "the next moment to kill at",
        () => Task.FromResult(plan.Deaths.TryDequeue(out var death) ? death : null),
        () => Task.FromResult($"it never came to: {string.Join(", ", plan.Left)}"),
        Patience);

    /// <summary>The kubelet restarts the container at once the first time; the second time the pod is replaced, or it would wait ever longer.</summary>
    private static async Task<string> RevivedAsync(OperatorPod operatorPod, int dead, int count)
    {
        var start = ClusterScripts.Now;
        if (count % 2 == 0)
        {
            await OperatorPod.ReplaceAsync();
        }

        await Waiting.ForAsync("the operator to be back", () => Task.FromResult(operatorPod.ProcessId() is { } id && id != dead ? operatorPod : null), OperatorPod.IdentityAsync, Patience);
        return string.Create(CultureInfo.InvariantCulture, $"{(ClusterScripts.Now - start).TotalSeconds:0.0} s in {(count % 2 == 0 ? "a new pod" : "the same pod")}");
    }
}
