using System.Globalization;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A real alert, from Prometheus through Alertmanager to the incident, by processes that are killed on the way.</summary>
[Trait("Tier", "apiserver")]
public class AlertmanagerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task OneAlertIsOneIncidentHoweverOftenItIsSentAndThroughARestart()
    {
        await using var world = await ApiServerWorld.StartAsync();
        var receiver = $"http://127.0.0.1:{RunningOperator.FreePort()}";
        await using var alerting = await RealAlerting.StartAsync(world.Namespace, "web", receiver);
        string[] flags = ["--alerts-listen", receiver, "--alerts-token-file", alerting.TokenFile];
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await using (var first = await RunningOperator.StartProcessAsync(world, null, flags))
        {
            await world.PolicyConditionAsync("policy", "Protected", "True");
            Assert.Empty(await world.IncidentsAsync());

            alerting.Trouble = true;
            var incident = await world.IncidentAsync(IncidentPhase.Escalated, patience: Patience);
            Assert.Equal((IncidentSource.Alertmanager, "policy"), (incident.Spec.Source, incident.Status!.Policy));
            Assert.Equal(["alert/ShopTrouble"], incident.Status.Signals.Select(signal => signal.Name));
            Assert.Equal("critical: orders of web fail", incident.Status.Signals[0].Fired);
            Assert.Null(Assert.Single(AlertAnnotations.Read(incident).Values)!.EndsAt);
            await CountedAsync(first, "Repeated", 3);
            first.Kill();
            await first.WaitForExitAsync();
        }

        await Waiting.QuietlyAsync(3);
        await using var second = await RunningOperator.StartProcessAsync(world, null, flags);
        await CountedAsync(second, "Repeated", 3);
        Assert.Equal(IncidentPhase.Escalated, Assert.Single(await world.IncidentsAsync()).Status!.Phase);

        alerting.Trouble = false;
        var over = await world.IncidentAsync(IncidentPhase.Resolved, patience: Patience);
        Assert.NotNull(Assert.Single(AlertAnnotations.Read(over).Values)!.EndsAt);
        Assert.Equal("Healthy", Assert.Single(over.Status!.Signals).State);
        Assert.Single(await world.IncidentsAsync());

        alerting.Trouble = true;
        await Waiting.ForAsync("another incident for another beginning", async () => await world.IncidentsAsync() is { Count: 2 } both ? both : null, patience: Patience);
        Assert.Equal(0, await CountAsync(second, "Unavailable") + await CountAsync(second, "Refused"));
        Assert.Empty(world.ForeignWrites());
    }

    private static Task CountedAsync(RunningOperator running, string outcome, int least) => Waiting.ForAsync($"{least} alerts that are {outcome}",
        async () => await CountAsync(running, outcome) >= least ? outcome : null, async () => (await running.GetAsync("/metrics")).Text, Patience);

    private static async Task<int> CountAsync(RunningOperator running, string outcome) =>
        (await running.GetAsync("/metrics")).Text.Split('\n').Where(line => line.StartsWith($"chronosops_alerts_total{{outcome=\"{outcome}\"}} ", StringComparison.Ordinal))
            .Select(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).FirstOrDefault();
}
