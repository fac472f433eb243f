using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Pods that are ready, and a Service that leads to them until something is changed.</summary>
[Trait("Tier", "apiserver")]
public class ServiceMismatchTests
{
    /// <summary>No request reaches the pods any more, and no series tells of it.</summary>
    [Fact]
    public async Task ASelectorThatWasChangedByHandIsExplainedAndLeftToPeopleAlsoAfterARestart()
    {
        await using var world = await WorldAsync();
        Incident incident;
        await using (var running = await RunningAsync(world))
        {
            await PatchAsync(world, """{ "spec": { "selector": { "app": "wbe" } } }""");
            incident = await world.IncidentAsync(IncidentPhase.Escalated);
        }

        var status = incident.Status!;
        Assert.Equal(("NoRungHelps", "ServiceMismatch"), (status.Reason, status.Cause));
        Assert.Contains("Service front (by kubectl-patch at ", status.Message, StringComparison.Ordinal);
        Assert.Contains("its selector app=wbe selects no pod, the workload's have app=web", status.Message, StringComparison.Ordinal);
        Assert.Equal([ServiceSigns.EndpointsMissing], status.Signals.Select(signal => signal.Name));

        await using var second = await RunningOperator.StartAsync(world);
        await Waiting.QuietlyAsync(20);
        var still = Assert.Single(await world.IncidentsAsync());
        Assert.Equal((incident.Metadata.Uid, IncidentPhase.Escalated, "Firing"), (still.Metadata.Uid, still.Status!.Phase, still.Status.Signals[0].State));

        await PatchAsync(world, """{ "spec": { "selector": { "app": "web" } } }""");
        var over = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((incident.Metadata.Uid, "RecoveredAfterEscalation"), (over.Metadata.Uid, over.Status!.Reason));
        Assert.Empty(world.ForeignWrites());
    }

    [Fact]
    public async Task APortNameThatNoContainerHasIsExplained()
    {
        await using var world = await WorldAsync();
        await using var running = await RunningAsync(world);
        await PatchAsync(world, """{ "spec": { "ports": [ { "port": 80, "targetPort": "web" } ] } }""");
        var incident = await world.EscalatedAsync("NoRungHelps");
        Assert.Equal("ServiceMismatch", incident.Status!.Cause);
        Assert.Contains("it leads to port web, and the containers have only http", incident.Status.Message, StringComparison.Ordinal);
        Assert.Empty(world.ForeignWrites());
    }

    [Fact]
    public async Task AReleaseThatMovesItsLabelsAwayFromTheServiceIsRolledBack()
    {
        await using var world = await WorldAsync("""{ "app": "web", "tier": "front" }""");
        await using var running = await RunningAsync(world);
        await world.ReleaseAsync(2, PodFate.Well, change: deployment => Template(deployment, "back"));
        var incident = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal(("BadRelease", "Rollback/Succeeded"), (incident.Status!.Cause, incident.Status.LastAction));
        Assert.Contains(incident.Status.Findings, finding => finding.Message!.Contains("Service front is as it was, and leads to no pod of the release", StringComparison.Ordinal));
        world.AssertSpecWrites("web");
    }

    /// <summary>Each looks much like trouble, and is none.</summary>
    [Fact]
    public async Task WhatOnlyLooksLikeItRaisesNothing()
    {
        await using var world = await WorldAsync();
        await using var running = await RunningAsync(world);
        await world.ApplyAsync(Service("without-selector", null));
        await world.ApplyAsync(Service("web-canary", """{ "app": "web", "track": "canary" }"""));
        await world.ApplyAsync(Service("web", """{ "app": "nobody" }"""));
        await world.ApplyAsync(Service("moving", """{ "app": "web" }"""));
        await world.ApplyAsync(Service("preview", """{ "app": "web" }"""));
        await Waiting.QuietlyAsync(3);
        await world.ApplyAsync(Manifests.Deployment("green", Manifests.Image(1)));
        await world.ApplyAsync(Service("moving", """{ "app": "green" }"""));
        await world.ApplyAsync(Service("preview", """{ "app": "web-next" }"""));
        await Waiting.QuietlyAsync(25);
        Assert.Empty(await world.IncidentsAsync());

        await world.Client.SendAsync(HttpMethod.Patch, KubernetesResources.Deployments.Path(world.Namespace, "web"), JsonNode.Parse("""{ "spec": { "replicas": 0 } }"""), "application/merge-patch+json", ApiServerWorld.Ct);
        await PatchAsync(world, """{ "spec": { "selector": { "app": "wbe" } } }""");
        await Waiting.QuietlyAsync(20);
        Assert.Empty(await world.IncidentsAsync());
    }

    /// <summary>A role that is kept by hand and older than the image.</summary>
    [Fact]
    public async Task WithoutTheRightToReadServicesEverythingElseWorksAndTheGapIsSaid()
    {
        await using var world = await WorldAsync();
        var kubeconfig = await world.Cluster.NewAccountAsync(world.Namespace, "older");
        await OlderRoleAsync(world, "older");
        await using var running = await RunningOperator.StartProcessAsync(world, kubeconfig);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Template(deployment, "front"));
        var incident = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal("Rollback/Succeeded", incident.Status!.LastAction);
        Assert.Contains(incident.Status.Gaps, gap => gap.StartsWith("services: they cannot be read", StringComparison.Ordinal));
        Assert.Contains(incident.Status.Gaps, gap => gap.StartsWith("network policies: ", StringComparison.Ordinal));
    }

    internal static async Task<ApiServerWorld> WorldAsync(string selector = """{ "app": "web" }""")
    {
        var world = await ApiServerWorld.StartAsync();
        await world.ReleaseAsync(1, PodFate.Well, change: deployment => Template(deployment, "front"));
        await world.ApplyAsync(Service("front", selector));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        return world;
    }

    /// <summary>An operator that has seen the Service lead to the pods, and written it down.</summary>
    internal static async Task<RunningOperator> RunningAsync(ApiServerWorld world)
    {
        var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await Waiting.ForAsync("the Service to be remembered", async () =>
            (await world.Client.For(ApiResources.Policies).ReadNamespacedAsync(world.Namespace, "policy", ApiServerWorld.Ct)).Status?.Workloads.SelectMany(memory => memory.Services).FirstOrDefault());
        return running;
    }

    internal static void Template(JsonObject deployment, string tier, string port = "http")
    {
        deployment["spec"]!["template"]!["metadata"]!["labels"]!["tier"] = tier;
        deployment.Container()["ports"] = JsonNode.Parse($$"""[ { "name": "{{port}}", "containerPort": 8080, "protocol": "TCP" } ]""");
    }

    private static JsonObject Service(string name, string? selector) => JsonNode.Parse($$"""
        { "apiVersion": "v1", "kind": "Service", "metadata": { "name": "{{name}}" },
          "spec": { {{(selector is null ? "" : $"\"selector\": {selector},")}} "ports": [ { "port": 80, "targetPort": "http", "protocol": "TCP" } ] } }
        """)!.AsObject();

    internal static Task PatchAsync(ApiServerWorld world, string patch) =>
        Kubectl.RunAsync(world.Cluster.Kubeconfig, null, "-n", world.Namespace, "patch", "service", "front", "--type=merge", "-p", patch);

    /// <summary>The tests' role without what this version asks for besides.</summary>
    private static async Task OlderRoleAsync(ApiServerWorld world, string account)
    {
        const string group = "/apis/rbac.authorization.k8s.io/v1";
        var full = (await world.Client.SendAsync(HttpMethod.Get, $"{group}/clusterroles/{ApiServerCluster.Role}", ct: ApiServerWorld.Ct))!;
        var rules = full["rules"]!.AsArray().Where(rule => (string?)rule!["resources"]?[0] is not ("services" or "networkpolicies")).Select(rule => rule!.DeepClone());
        await world.Client.SendAsync(HttpMethod.Post, $"{group}/namespaces/{world.Namespace}/roles",
            new JsonObject { ["metadata"] = new JsonObject { ["name"] = account }, ["rules"] = new JsonArray([.. rules]) }, ct: ApiServerWorld.Ct);
        await world.Client.SendAsync(HttpMethod.Delete, $"{group}/namespaces/{world.Namespace}/rolebindings/{account}", ct: ApiServerWorld.Ct);
        await world.Client.SendAsync(HttpMethod.Post, $"{group}/namespaces/{world.Namespace}/rolebindings", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = account },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "Role", ["name"] = account },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = account, ["namespace"] = world.Namespace }),
        }, ct: ApiServerWorld.Ct);
    }
}
