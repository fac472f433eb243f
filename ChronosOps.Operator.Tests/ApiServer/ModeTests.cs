using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

[Trait("Tier", "apiserver")]
public class ModeTests
{
    [Fact]
    public async Task ModeObserveDiagnosesAndSaysSoAndChangesNothing()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync(mode: "Observe");
        await world.ReleaseAsync(2, PodFate.Failing());
        var incident = await world.EscalatedAsync("ModeObserve");
        Assert.Equal("BadRelease", incident.Status!.Cause);
        Assert.Contains("Observe", incident.Status.Message);
        await Waiting.QuietlyAsync(3);
        Assert.Equal(Manifests.Image(2), await world.ImageAsync());
        Assert.Empty(world.ForeignWrites());
    }

    [Fact]
    public async Task AnIncidentOfModeObserveIsHealedOnceThePolicyIsMadeAutonomous()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync(mode: "Observe");
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.EscalatedAsync("ModeObserve");
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());
        world.AssertSpecWrites("web");
    }

    /// <summary>Everything but the effect, and the same incident is healed once the policy is made Autonomous.</summary>
    [Fact]
    public async Task ModeDryRunAsksTheServerAndChangesNothingUntilThePolicyIsMadeAutonomous()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync(mode: "DryRun");
        await world.ReleaseAsync(2, PodFate.Failing());
        var incident = await world.EscalatedAsync("DryRun");
        Assert.Equal("Rollback/DryRun", incident.Status!.LastAction);
        Assert.StartsWith("would be done: Rollback of web from revision", incident.Status.Message, StringComparison.Ordinal);
        Assert.Contains("dry run: the API server accepted the patch", incident.Status.Message, StringComparison.Ordinal);
        Assert.Empty(incident.Status.Actions);
        await Waiting.QuietlyAsync(3);
        Assert.Equal(Manifests.Image(2), await world.ImageAsync());
        Assert.Empty(world.ForeignWrites());

        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await world.IncidentAsync(IncidentPhase.Resolved);
        world.AssertSpecWrites("web");
    }

    /// <summary>A person wants to see what would be done, while the policy does nothing by itself.</summary>
    [Fact]
    public async Task AnIncidentThatIsADryRunChangesNothing()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "chronosops.io/v1alpha1",
            ["kind"] = "Incident",
            ["metadata"] = new JsonObject { ["name"] = "rehearsal" },
            ["spec"] = new JsonObject { ["workloadRef"] = new JsonObject { ["name"] = "web" }, ["dryRun"] = true },
        });
        var incident = await world.EscalatedAsync("DryRun");
        Assert.Equal(("rehearsal", "Rollback/DryRun"), (incident.Metadata.Name, incident.Status!.LastAction));
        await Waiting.QuietlyAsync(3);
        Assert.Empty(world.ForeignWrites());
    }

    [Theory]
    [InlineData("true", "the emergency stop is on")]
    [InlineData("maybe", "could not be read")]
    [InlineData(null, "could not be read")]
    public async Task TheEmergencyStopHoldsEveryActionUntilItIsOff(string? value, string said)
    {
        await using var world = await ApiServerWorld.StartAsync(control: false);
        if (value is not null)
        {
            await world.SetEmergencyStopAsync(value);
        }

        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing());
        var incident = await world.IncidentAsync("waiting", one => one.Status?.Message?.StartsWith("waiting for EmergencyStop", StringComparison.Ordinal) == true);
        Assert.Equal(IncidentPhase.Deciding, incident.Status!.Phase);
        Assert.Contains(said, incident.Status.Message);
        await Waiting.QuietlyAsync(4);
        Assert.Empty(world.ForeignWrites());

        await world.SetEmergencyStopAsync("false");
        await world.IncidentAsync(IncidentPhase.Resolved);
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task AHeldWorkloadIsLeftAloneUntilItIsReleased()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await HoldAsync(world, "true");
        await world.ReleaseAsync(2, PodFate.Failing());
        var incident = await world.IncidentAsync("waiting", one => one.Status?.Message?.StartsWith("waiting for Hold", StringComparison.Ordinal) == true);
        Assert.Equal(IncidentPhase.Deciding, incident.Status!.Phase);
        await Waiting.QuietlyAsync(4);
        Assert.Empty(world.ForeignWrites());

        await HoldAsync(world, null);
        await world.IncidentAsync(IncidentPhase.Resolved);
        world.AssertSpecWrites("web");
    }

    /// <summary>The gates have allowed the action, and its patch is on the way.</summary>
    [Fact]
    public async Task AHoldThatComesRightBeforeThePatchCounts()
    {
        await using var world = await ApiServerWorld.StartAsync();
        var held = false;
        await using var proxy = await ApiProxy.StartAsync(world.Client.Configuration, async (moment, method, path, body) =>
        {
            if (!held && moment == ProxyMoment.Before && method == "PATCH" && path.Contains("/deployments/", StringComparison.Ordinal) && body.Contains("/spec/template", StringComparison.Ordinal))
            {
                held = true;
                await HoldAsync(world, "true");
            }

            return false;
        }, "127.0.0.1");
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await using var running = await RunningOperator.StartProcessAsync(world, proxy.Kubeconfig(KubernetesClientConfiguration.BuildConfigFromConfigFile(world.OperatorKubeconfig).AccessToken!));
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.ReleaseAsync(2, PodFate.Failing());
        var incident = await world.IncidentAsync("waiting", one => one.Status?.Message?.StartsWith("waiting for Hold", StringComparison.Ordinal) == true);
        Assert.True(held);
        Assert.Equal("Rollback/Refused", incident.Status!.LastAction);
        Assert.Equal(Manifests.Image(2), await world.ImageAsync());

        await HoldAsync(world, null);
        await world.IncidentAsync(IncidentPhase.Resolved);
        world.AssertSpecWrites("web");
    }

    private static Task HoldAsync(ApiServerWorld world, string? value)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ApiGroup.HoldAnnotation] = value } } };
        return world.Client.For(KubernetesResources.Deployments).PatchNamespacedAsync(new V1Patch(patch, V1Patch.PatchType.MergePatch), world.Namespace, "web", ct: CancellationToken.None);
    }
}
