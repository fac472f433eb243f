using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Somebody applies a NetworkPolicy, and a proven release fails from then on. No network enforces it here: the pods are told to fail.</summary>
[Trait("Tier", "apiserver")]
public class NetworkPolicyTests
{
    [Fact]
    public async Task APolicyThatShutsTheWorkloadOffIsExplainedAndLeftToPeople()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await PolicyAsync(world, "deny-egress", """{ "app": "web" }""");
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Failing();

        var incident = await world.EscalatedAsync("NoRungHelps");
        Assert.Equal("NetworkPolicyBlock", incident.Status!.Cause);
        Assert.Contains("NetworkPolicy deny-egress (Egress, created by kubectl-create at ", incident.Status.Message, StringComparison.Ordinal);
        Assert.Empty(world.ForeignWrites());
    }

    [Fact]
    public async Task APolicyForOthersIsNotConsidered()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await PolicyAsync(world, "deny-egress", """{ "app": "another" }""");
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Failing();

        var incident = await world.IncidentAsync(IncidentPhase.Escalated);
        Assert.DoesNotContain(incident.Status!.Hypotheses, hypothesis => hypothesis.Cause == "NetworkPolicyBlock");
        Assert.Empty(world.ForeignWrites());
    }

    private static Task PolicyAsync(ApiServerWorld world, string name, string labels) => Kubectl.RunAsync(world.Cluster.Kubeconfig, JsonNode.Parse($$"""
        { "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": { "name": "{{name}}" }, "spec": { "podSelector": { "matchLabels": {{labels}} }, "policyTypes": [ "Egress" ] } }
        """)!.ToJsonString(), "-n", world.Namespace, "create", "-f", "-");
}
