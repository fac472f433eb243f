using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Jobs are watched and explained. Nothing plays their pods, so that what has a deadline misses it.</summary>
[Trait("Tier", "apiserver")]
public class FailedJobTests
{
    [Fact]
    public async Task AJobThatWasGivenUpIsExplainedAndNothingIsDone()
    {
        await using var world = await ApiServerWorld.StartAsync();
        var policy = Manifests.Policy("policy", "backup");
        policy["spec"]!["workloads"] = JsonNode.Parse("""{ "kind": "Job", "selector": { "matchLabels": { "app": "backup" } } }""");
        policy["spec"]!["signals"] = new JsonArray();
        await world.ApplyAsync(policy);
        await using var running = await RunningOperator.StartAsync(world);
        await JobAsync(world, "backup-1", deadline: 600);
        await JobAsync(world, "backup-2", deadline: 3);

        var incident = await world.IncidentAsync(IncidentPhase.Escalated, "backup-2");
        Assert.Equal(("KindNotActedOn", "JobFailure", WorkloadKind.Job), (incident.Status!.Reason, incident.Status.Cause, incident.Spec.WorkloadRef.Kind));
        Assert.Contains("Job backup-2: DeadlineExceeded", incident.Status.Message, StringComparison.Ordinal);
        Assert.Equal("KindNotActedOn", (await world.PolicyConditionAsync("policy", "Protected", "False")).Reason);

        await world.Client.SendAsync(HttpMethod.Delete, $"/apis/batch/v1/namespaces/{world.Namespace}/jobs/backup-2?propagationPolicy=Background", ct: ApiServerWorld.Ct);
        Assert.Equal("WorkloadGone", (await world.IncidentAsync(IncidentPhase.Resolved, "backup-2")).Status!.Reason);
        Assert.Single(await world.IncidentsAsync());
        Assert.Empty(world.ForeignWrites());
    }

    private static Task JobAsync(ApiServerWorld world, string name, int deadline) => world.Client.SendAsync(HttpMethod.Post, $"/apis/batch/v1/namespaces/{world.Namespace}/jobs", JsonNode.Parse($$"""
        { "metadata": { "name": "{{name}}", "labels": { "app": "backup" } },
          "spec": { "activeDeadlineSeconds": {{deadline}}, "template": { "spec": { "restartPolicy": "Never", "containers": [ { "name": "main", "image": "example.com/backup:1" } ] } } } }
        """), ct: ApiServerWorld.Ct);
}
