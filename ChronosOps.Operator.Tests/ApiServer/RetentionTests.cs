using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

[Trait("Tier", "apiserver")]
public class RetentionTests
{
    [Fact]
    public async Task AnIncidentThatIsOverGoesWithItsPostmortemAndOneThatIsNotStays()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await using var running = await RunningOperator.StartAsync(world, retention: TimeSpan.FromSeconds(5));
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.ApplyAsync(System.Text.Json.Nodes.JsonNode.Parse("""
            { "apiVersion": "chronosops.io/v1alpha1", "kind": "Incident", "metadata": { "name": "lost" }, "spec": { "workloadRef": { "name": "nowhere" } } }
            """)!.AsObject());
        await world.ReleaseAsync(2, PodFate.Failing());
        var over = await world.IncidentAsync("resolved", one => one.Status?.Phase == IncidentPhase.Resolved);
        var postmortem = over.Status!.Postmortem!.ConfigMap!;
        await Waiting.ForAsync("the incident to go", async () => (await world.IncidentsAsync()).Any(one => one.Metadata.Uid == over.Metadata.Uid) ? null : this);
        await Waiting.ForAsync("the postmortem to go", async () =>
            await world.Client.For(KubernetesResources.ConfigMaps).FindNamespacedAsync(world.Namespace, postmortem, ApiServerWorld.Ct) is null ? this : null);
        Assert.Equal(IncidentPhase.Escalated, Assert.Single(await world.IncidentsAsync()).Status!.Phase);
        world.AssertSpecWrites("web");
    }
}
