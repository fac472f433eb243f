using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>
/// A gate denies; then that one condition is flipped, and nothing else, and the same trouble is healed. Where the policy is what was flipped the incident is
/// thought over; otherwise a person mends the service and releases it again. Emergency stop, hold and mode: <see cref="ModeTests"/>; configuration:
/// <see cref="ConfigurationEscalationTests"/>; gates that wait: <see cref="GateFlipOfWaitingTests"/>; of a restart: <see cref="GateFlipOfRestartTests"/> and <see cref="RollingRestartTests"/>; of a
/// StatefulSet: <see cref="GateFlipOfStatefulSetTests"/>; of an undo: <see cref="GateFlipOfUndoTests"/>. All bear the mark <see cref="FlipsAttribute"/>.
/// </summary>
[Trait("Tier", "apiserver")]
public class GateFlipTests
{
    [Theory]
    [InlineData("EmptyLadder", "ladder", "[]", """["Rollback"]""")]
    [InlineData("ConfidenceTooLow", "minimumConfidence", "\"1\"", "\"0.8\"")]
    [InlineData("TooManyActions", "maxActionsPerHour", "0", "3")]
    [Flips(nameof(GatePipeline.ForRollback), typeof(ConfidenceGate), typeof(RateGate))]
    public async Task ThePolicyForbidsAndThenAllows(string reason, string field, string forbids, string allows)
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await ApplyAsync(world, "remediation", field, forbids);
        await Waiting.QuietlyAsync(3);
        await world.ReleaseAsync(2, PodFate.Failing());
        var denied = await world.EscalatedAsync(reason);
        Assert.Empty(world.ForeignWrites());

        await ApplyAsync(world, "remediation", field, allows);
        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((denied.Metadata.Uid, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        world.AssertSpecWrites("web");
    }

    /// <summary>
    /// The action is written down, and the connection breaks under its patch until it is denied, since the policy names it no longer. What is thought over then finds no step that helps; once the policy names the
    /// action again the same incident takes it.
    /// </summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(LadderGate))]
    public async Task APolicyThatNoLongerNamesTheActionForbidsItRightBeforeTheEffectAndOneThatDoesAllows()
    {
        await using var world = await ApiServerWorld.StartAsync();
        var isCut = true;
        await using var proxy = await ApiProxy.StartAsync(world.Client.Configuration, (moment, method, path, body) =>
            isCut && moment == ProxyMoment.Before && method == "PATCH" && path.Contains("/deployments/", StringComparison.Ordinal) && body.Contains("/spec/template", StringComparison.Ordinal));
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await using var running = await RunningOperator.StartProcessAsync(world, proxy.Kubeconfig(KubernetesClientConfiguration.BuildConfigFromConfigFile(world.OperatorKubeconfig).AccessToken!));
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.ReleaseAsync(2, PodFate.Failing());
        var acting = await world.IncidentAsync(IncidentPhase.Acting);
        Assert.Equal(("Rollback", ActionState.Planned), (acting.Status!.Actions[^1].Action, acting.Status.Actions[^1].State));
        await ApplyAsync(world, "remediation", "ladder", """["Restart"]""");
        var denied = await world.StoppedByAsync("Ladder", "Deny", "NotInLadder");
        isCut = false;
        Assert.Equal((acting.Metadata.Uid, "Rollback/Refused"), (denied.Metadata.Uid, denied.Status!.LastAction));
        await world.EscalatedAsync("NoRungHelps");
        await Waiting.QuietlyAsync(3);
        Assert.Equal(Manifests.Image(2), await world.ImageAsync());
        Assert.Empty(world.ForeignWrites());

        await ApplyAsync(world, "remediation", "ladder", """["Rollback"]""");
        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((denied.Metadata.Uid, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        Assert.Equal([ActionState.Refused, ActionState.Succeeded], healed.Status.Actions.Select(action => action.State));
        world.AssertSpecWrites("web");
    }

    [Theory]
    [InlineData("DoNotRollBack", "annotations", "chronosops.io/do-not-roll-back", "true")]
    [InlineData("DoNotAct", "annotations", "chronosops.io/do-not-act", "true")]
    [InlineData("GitOpsOwned", "annotations", "argocd.argoproj.io/tracking-id", "shop:apps/Deployment:shop/web")]
    [InlineData("GitOpsOwned", "labels", "kustomize.toolkit.fluxcd.io/name", "shop")]
    [Flips(nameof(GatePipeline.ForRollback), typeof(OptOutGate), typeof(GitOpsGate))]
    public Task AMarkOnTheWorkloadForbidsAndItsAbsenceAllows(string reason, string map, string key, string value) =>
        ForbidsThenAllowsAsync(reason, (deployment, flipped) =>
        {
            if (!flipped)
            {
                deployment.Child("metadata").Child(map)[key] = value;
            }
        });

    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(FeasibilityGate))]
    public Task AStrategyForbidsAndAnotherAllows() =>
        ForbidsThenAllowsAsync("RecreateStrategy", (deployment, flipped) =>
            deployment["spec"]!["strategy"] = flipped ? new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxSurge"] = 1, ["maxUnavailable"] = 0 } } : new JsonObject { ["type"] = "Recreate" });

    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(FeasibilityGate))]
    public async Task APausedDeploymentForbidsAndOneThatIsNotAllows()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing());
        await Waiting.ForAsync("a pod of the new revision", async () => (await world.DeploymentAsync())["status"]?["updatedReplicas"]);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => deployment.Child("spec")["paused"] = true);
        var denied = await world.EscalatedAsync("Paused");
        Assert.Empty(world.ForeignWrites());

        await world.ReleaseAsync(1, PodFate.Well);
        await world.IncidentAsync("over", one => one.Metadata.Uid == denied.Metadata.Uid && one.Status?.Phase == IncidentPhase.Resolved);
        await Waiting.QuietlyAsync(4);
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.IncidentAsync("healed", one => one.Status is { Phase: IncidentPhase.Resolved, LastAction: "Rollback/Succeeded" });
        world.AssertSpecWrites("web");
    }

    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(KnownGoodGate))]
    public async Task ARevisionThatHasNotProvedItselfForbidsAndOneThatHasAllows()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await ApplyAsync(world, "knownGood", "minimumDuration", "\"1h\"");
        await using var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "SignalsAvailable", "True");
        await world.ReleaseAsync(2, PodFate.Failing());
        var denied = await world.EscalatedAsync("NoKnownGoodRevision");
        await world.ReleaseAsync(1, PodFate.Well);
        await world.IncidentAsync("over", one => one.Metadata.Uid == denied.Metadata.Uid && one.Status?.Phase == IncidentPhase.Resolved);
        Assert.Empty(world.ForeignWrites());

        await ApplyAsync(world, "knownGood", "minimumDuration", "\"2s\"");
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.IncidentAsync("healed", one => one.Status is { Phase: IncidentPhase.Resolved, LastAction: "Rollback/Succeeded" });
        world.AssertSpecWrites("web");
    }

    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(QuarantineGate))]
    public async Task AnIncidentThatRolledTheRevisionBackForbidsItAndItsAbsenceAllowsIt()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing());
        var first = await world.IncidentAsync(IncidentPhase.Resolved);
        await world.ReleaseAsync(2, PodFate.Failing());
        var second = await world.EscalatedAsync("RevisionReapplied");
        world.AssertSpecWrites("web");

        await world.ReleaseAsync(1, PodFate.Well);
        await world.IncidentAsync("over", one => one.Metadata.Uid == second.Metadata.Uid && one.Status?.Phase == IncidentPhase.Resolved);
        await DeleteAsync(world, first);
        await DeleteAsync(world, second);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await Waiting.QuietlyAsync(3);
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.IncidentAsync("healed", one => one.Status?.Phase == IncidentPhase.Resolved && one.Status.LastAction == "Rollback/Succeeded");
        world.AssertSpecWrites("web", "web");
    }

    /// <summary>Escalates as things are; a person mends it; with the condition flipped the next bad release is rolled back.</summary>
    private static async Task ForbidsThenAllowsAsync(string reason, Action<JsonObject, bool> condition)
    {
        await using var world = await ApiServerWorld.StartAsync();
        var first = Manifests.Deployment("web", Manifests.Image(1));
        condition(first, false);
        await world.ApplyAsync(first);
        await using var running = await EscalationTests.StartAsync(world);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => condition(deployment, false));
        var denied = await world.EscalatedAsync(reason);
        Assert.Empty(world.ForeignWrites());

        await world.ReleaseAsync(1, PodFate.Well, change: deployment => condition(deployment, true));
        await world.IncidentAsync("over", one => one.Metadata.Uid == denied.Metadata.Uid && one.Status?.Phase == IncidentPhase.Resolved);
        await Waiting.QuietlyAsync(4);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => condition(deployment, true));
        var healed = await world.IncidentAsync("healed", one => one.Metadata.Uid != denied.Metadata.Uid && one.Status?.Phase == IncidentPhase.Resolved);
        Assert.Equal("Rollback/Succeeded", healed.Status!.LastAction);
        world.AssertSpecWrites("web");
    }

    private static Task ApplyAsync(ApiServerWorld world, string section, string field, string value)
    {
        var policy = Manifests.Policy("policy", "web");
        policy["spec"]!.AsObject().Child(section)[field] = JsonNode.Parse(value);
        return world.ApplyAsync(policy);
    }

    internal static Task DeleteAsync(ApiServerWorld world, Incident incident) =>
        world.Client.SendAsync(HttpMethod.Delete, $"/apis/chronosops.io/v1alpha1/namespaces/{world.Namespace}/incidents/{incident.Metadata.Name}", ct: ApiServerWorld.Ct);
}
