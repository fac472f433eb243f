using System.Text.Json.Nodes;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>CronJobs as the server has them, whichever version of them that is. A run takes a minute to come, so that what is missed is told by tables elsewhere.</summary>
[Trait("Tier", "apiserver")]
public class MissedRunTests
{
    [Fact]
    public async Task ACronJobIsWatchedAndAScheduleThatIsNotUnderstoodIsSaidToBeUnknown()
    {
        await using var world = await ApiServerWorld.StartAsync();
        var version = await world.Client.SupportsAsync("batch", "v1", "cronjobs", ApiServerWorld.Ct) ? "v1" : "v1beta1";
        await CronJobAsync(world, version, "hourly", "0 * * * *");
        await CronJobAsync(world, version, "each-hour", "@every 1h");
        var policy = Manifests.Policy("policy", "backup");
        policy["spec"]!["workloads"] = JsonNode.Parse("""{ "kind": "CronJob", "selector": { "matchLabels": { "app": "backup" } } }""");
        policy["spec"]!["signals"] = new JsonArray();
        await world.ApplyAsync(policy);
        await using var running = await RunningOperator.StartAsync(world);

        var unknown = await world.PolicyConditionAsync("policy", "SignalsAvailable", "Unknown");
        Assert.Equal(("NotMeasured", "cannot be judged: each-hour RunMissed (it cannot be told when runs are due)"), (unknown.Reason, unknown.Message));
        Assert.Equal("KindNotActedOn", (await world.PolicyConditionAsync("policy", "Protected", "False")).Reason);
        Assert.Contains("governs 2 workloads", (await world.PolicyConditionAsync("policy", "Ready", "True")).Message, StringComparison.Ordinal);
        Assert.Empty(await world.IncidentsAsync());
        Assert.Empty(world.ForeignWrites());
    }

    private static Task CronJobAsync(ApiServerWorld world, string version, string name, string schedule) => world.Client.SendAsync(HttpMethod.Post, $"/apis/batch/{version}/namespaces/{world.Namespace}/cronjobs", JsonNode.Parse($$"""
        { "metadata": { "name": "{{name}}", "labels": { "app": "backup" } },
          "spec": { "schedule": "{{schedule}}", "jobTemplate": { "spec": { "template": { "spec": { "restartPolicy": "Never", "containers": [ { "name": "main", "image": "example.com/backup:1" } ] } } } } } }
        """), ct: ApiServerWorld.Ct);
}
