using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>One pod of a proven release falls ill, and the other is well.</summary>
[Trait("Tier", "apiserver")]
public class IllPodTests
{
    /// <summary>A little longer than what shows that a pod served well, with steps of a second; in seconds.</summary>
    private const double Warm = 18;

    [Fact]
    public async Task TheIllPodIsEvictedOnceAndTheIncidentResolved()
    {
        await using var world = await WorldAsync(Manifests.RestartPolicy("policy", "web"));
        await using var running = await RunningAsync(world);
        var ill = await FallIllAsync(world);

        var incident = await world.IncidentAsync(IncidentPhase.Resolved);

        var status = incident.Status!;
        Assert.Equal(("PodFault", "Restart/Succeeded"), (status.Cause, status.LastAction));
        Assert.Equal((ill.Metadata.Name, ill.Metadata.Uid), (status.Actions[0].TargetPod, status.Actions[0].TargetPodUid));
        Assert.DoesNotContain(ill.Metadata.Uid, (await PodsAsync(world)).Select(pod => pod.Metadata.Uid));
        AssertEvicted(world, ill);
    }

    [Fact]
    public async Task APolicyThatDoesNotNameARestartLeavesItToPeople()
    {
        await using var world = await WorldAsync(Manifests.Policy("policy", "web"));
        await using var running = await RunningAsync(world);
        var ill = await FallIllAsync(world);
        var incident = await world.IncidentAsync(IncidentPhase.Escalated);
        Assert.Equal(("NoRungHelps", "PodFault"), (incident.Status!.Reason, incident.Status.Cause));
        Assert.Contains(ill.Metadata.Name!, incident.Status.Message);
        AssertEvicted(world);
    }

    [Fact]
    public async Task ADisruptionBudgetIsRespected()
    {
        await using var world = await WorldAsync(Manifests.RestartPolicy("policy", "web"));
        await using var running = await RunningAsync(world);
        await BudgetAsync(world);
        var ill = await FallIllAsync(world);
        var waiting = await HeldOffAsync(world);
        AssertEvicted(world);
        await NoBudgetAsync(world);
        var incident = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((waiting.Metadata.Uid, 1), (incident.Metadata.Uid, incident.Status!.Actions.Count));
        AssertEvicted(world, ill);
    }

    [Fact]
    public async Task KilledAfterTheEvictionItIsNotRepeated()
    {
        await using var world = await WorldAsync(Manifests.RestartPolicy("policy", "web"));
        RunningOperator? first = null;
        await using var proxy = await ApiProxy.StartAsync(world.Client.Configuration, (moment, method, path, _) =>
        {
            if (moment == ProxyMoment.After && method == "POST" && path.Contains("/eviction", StringComparison.Ordinal))
            {
                first!.Kill();
            }

            return first?.HasExited == true;
        });
        first = await RunningOperator.StartProcessAsync(world, proxy.Kubeconfig(KubernetesClientConfiguration.BuildConfigFromConfigFile(world.OperatorKubeconfig).AccessToken!));
        V1Pod ill;
        await using (first)
        {
            await world.PolicyConditionAsync("policy", "Protected", "True");
            ill = await FallIllAsync(world);
            await Waiting.ForAsync("the kill", () => Task.FromResult(first.HasExited ? first : null), () => StoryAsync(world), TimeSpan.FromMinutes(2));
        }

        await using var second = await RunningOperator.StartProcessAsync(world);
        var incident = await world.IncidentAsync("resolved", one => one.Status?.Phase == IncidentPhase.Resolved, patience: TimeSpan.FromMinutes(2));
        Assert.Equal("Restart/Succeeded", incident.Status!.LastAction);
        AssertEvicted(world, ill);
    }

    internal static async Task<ApiServerWorld> WorldAsync(JsonObject policy, Action<JsonObject>? change = null, JsonObject? settings = null)
    {
        var world = await ApiServerWorld.StartAsync();
        // So many that a few seconds tell ill from well.
        world.Prometheus.Traffic.RequestsPerSecond = 200;
        if (settings is not null)
        {
            await world.ApplyAsync(settings);
        }

        await world.ReleaseAsync(1, PodFate.Well, change: change);
        await world.ApplyAsync(policy);
        return world;
    }

    internal static async Task<RunningOperator> RunningAsync(ApiServerWorld world)
    {
        var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        return running;
    }

    /// <summary>When the release has proved itself and served as long again.</summary>
    internal static async Task<V1Pod> FallIllAsync(ApiServerWorld world)
    {
        var released = DateTimeOffset.Parse((string)(await world.DeploymentAsync())["metadata"]!["creationTimestamp"]!, System.Globalization.CultureInfo.InvariantCulture);
        await Waiting.QuietlyAsync(Math.Max(Warm, (TimeProvider.System.GetUtcNow() - released).TotalSeconds + 3));
        return await FailAsync(world);
    }

    /// <summary>When the pods have served well for so long that they are not warming up any more.</summary>
    internal static async Task<V1Pod> FallIllNowAsync(ApiServerWorld world)
    {
        await WarmAsync();
        return await FailAsync(world);
    }

    private static async Task<V1Pod> FailAsync(ApiServerWorld world)
    {
        var ill = (await PodsAsync(world)).OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal).First();
        world.Kubelet.PodFates[ill.Metadata.Name!] = PodFate.Failing();
        return ill;
    }

    internal static Task WarmAsync() => Waiting.QuietlyAsync(Warm);

    /// <summary>A budget that lets no pod go.</summary>
    internal static Task BudgetAsync(ApiServerWorld world)
    {
        var budget = JsonNode.Parse("""{ "apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget", "metadata": { "name": "web" }, "spec": { "minAvailable": "100%", "selector": { "matchLabels": { "app": "web" } } } }""");
        return world.Client.SendAsync(HttpMethod.Post, $"/apis/policy/v1beta1/namespaces/{world.Namespace}/poddisruptionbudgets", budget, ct: ApiServerWorld.Ct);
    }

    internal static Task NoBudgetAsync(ApiServerWorld world) =>
        world.Client.SendAsync(HttpMethod.Delete, $"/apis/policy/v1beta1/namespaces/{world.Namespace}/poddisruptionbudgets/web", ct: ApiServerWorld.Ct);

    /// <summary>The incident whose eviction the budget holds off.</summary>
    internal static Task<Incident> HeldOffAsync(ApiServerWorld world) => Waiting.ForAsync("the eviction to be held off", async () =>
        (await world.IncidentsAsync()).FirstOrDefault(one => one.Status is { Phase: IncidentPhase.Acting, Message: { } text } && text.Contains("disruption budget", StringComparison.Ordinal)), () => StoryAsync(world));

    private static async Task<string> StoryAsync(ApiServerWorld world) => string.Join(" | ", (await world.IncidentsAsync()).Select(Waiting.Story));

    internal static async Task<IReadOnlyList<V1Pod>> PodsAsync(ApiServerWorld world) => (await world.Client.For(KubernetesResources.Pods).ListAsync(world.Namespace, ct: ApiServerWorld.Ct)).Items;

    /// <summary>Exactly these pods, each once, and nobody's spec.</summary>
    internal static void AssertEvicted(ApiServerWorld world, params V1Pod[] pods)
    {
        var writes = world.ForeignWrites();
        Assert.Equal(pods.Select(pod => ("create", "pods", (string?)"eviction", pod.Metadata.Name!)), writes.Select(write => (write.Verb, write.Resource, write.Subresource, write.Name)));
    }
}
