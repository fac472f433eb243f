using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
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
    [Flips(nameof(GatePipeline.ForRollback), typeof(ModeGate))]
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
    [Flips(nameof(GatePipeline.ForRollback), typeof(DryRunGate))]
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

    /// <summary>A person makes a dry run of the incident that is there, and lets it go when the rehearsal has been seen. Until it is a dry run the mode alone keeps it from acting.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(DryRunGate))]
    public async Task AnIncidentThatIsMadeADryRunChangesNothingAndActsWhenItIsNoneAnyMore()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync(mode: "Observe");
        await world.ReleaseAsync(2, PodFate.Failing());
        var waiting = await world.EscalatedAsync("ModeObserve");
        await RehearseAsync("true");
        await Waiting.QuietlyAsync(2);
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await world.StoppedByAsync("DryRun", "Deny", "DryRun");
        var rehearsed = await world.EscalatedAsync("DryRun");
        Assert.Equal((waiting.Metadata.Uid, "Rollback/DryRun"), (rehearsed.Metadata.Uid, rehearsed.Status!.LastAction));
        await Waiting.QuietlyAsync(3);
        Assert.Empty(world.ForeignWrites());

        await RehearseAsync(null);
        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((waiting.Metadata.Uid, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        Assert.Contains(healed.Status.Timeline, entry => entry.Reason == "DryRunEnded");
        world.AssertSpecWrites("web");

        Task RehearseAsync(string? value)
        {
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ApiGroup.DryRunAnnotation] = value } } };
            return world.Client.For(ApiResources.Incidents).PatchNamespacedAsync(new V1Patch(patch, V1Patch.PatchType.MergePatch), world.Namespace, waiting.Metadata.Name!, ct: ApiServerWorld.Ct);
        }
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
    [Flips(nameof(GatePipeline.ForRollback), typeof(EmergencyStopGate))]
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
    [Flips(nameof(GatePipeline.ForRollback), typeof(HoldGate))]
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

    /// <summary>Nobody does anything any more: the time that the person named runs out.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(HoldGate))]
    public async Task AWorkloadThatIsHeldForAWhileIsLeftAloneUntilTheTimeIsUp()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await HoldAsync(world, "true");
        await world.ReleaseAsync(2, PodFate.Failing());
        var held = await world.StoppedByAsync("Hold", "Wait", "Held");
        var said = await Kubectl.TryAsync(RunningOperator.Program, world.Cluster.Kubeconfig, null, "hold", "web", "-n", world.Namespace, "--for", "15s", "--replace");
        Assert.True(said.ExitCode == 0, said.Error);
        var until = DateTimeOffset.Parse((string)(await world.DeploymentAsync())["metadata"]!["annotations"]![ApiGroup.HoldAnnotation]!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(until - TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
        await world.IncidentAsync("told until when", one => one.Status is { Phase: IncidentPhase.Deciding, Message: { } text } && text.Contains($"a person holds the workload until {Hold.Until(until)}", StringComparison.Ordinal));
        Assert.Empty(world.ForeignWrites());

        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((held.Metadata.Uid, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        Assert.True(healed.Status.Actions.Single().PlannedAt >= until);
        world.AssertSpecWrites("web");
    }

    /// <summary>A policy that comes first for the workload by its name, and is not valid, keeps it; when it is gone the one that stood in for it acts.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(ModeGate))]
    public async Task APolicyThatIsNotValidKeepsTheWorkloadFromTheNextUntilItIsGone()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        var first = Manifests.Policy("first", "web");
        first["spec"]!["signals"]![0]!["threshold"] = "5s";
        await world.ApplyAsync(first);
        await world.PolicyConditionAsync("first", "Ready", "False");
        await world.ReleaseAsync(2, PodFate.Failing());
        var denied = await world.StoppedByAsync("Mode", "Deny", "PolicyInvalid");
        await world.EscalatedAsync("PolicyInvalid");
        await Waiting.QuietlyAsync(3);
        Assert.Empty(world.ForeignWrites());

        await world.Client.SendAsync(HttpMethod.Delete, $"/apis/chronosops.io/v1alpha1/namespaces/{world.Namespace}/remediationpolicies/first", ct: ApiServerWorld.Ct);
        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((denied.Metadata.Uid, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        world.AssertSpecWrites("web");
    }

    /// <summary>The gates have allowed the action, and its patch is on the way.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(HoldGate))]
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

    private static Task HoldAsync(ApiServerWorld world, string? value) => world.AnnotateAsync(ApiGroup.HoldAnnotation, value);
}
