using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>After a rollback the team goes on as before.</summary>
[Trait("Tier", "apiserver")]
public class AfterRollbackTests
{
    [Theory]
    [InlineData("--server-side=false")]
    [InlineData("--server-side")]
    public async Task TheTeamsNextApplyWorksWithoutConflictsAndMeansWhatItSays(string how)
    {
        await using var world = await ApiServerWorld.StartAsync();
        await ApplyAsync(world, how, 1);
        await using var running = await EscalationTests.StartAsync(world);
        world.Kubelet.Fates[Manifests.Image(2)] = PodFate.Failing();
        await ApplyAsync(world, how, 2, ("ADDED", "by the bad release"));
        await world.IncidentAsync(IncidentPhase.Mitigated);

        await ApplyAsync(world, how, 3, ("A", "3"));
        await world.RolledOutAsync();
        var container = (await world.DeploymentAsync()).AsObject().Container();
        Assert.Equal(Manifests.Image(3), (string?)container["image"]);
        Assert.Equal(["A"], container["env"]!.AsArray().Select(variable => (string?)variable!["name"]));
        Assert.Equal("3", (string?)container["env"]![0]!["value"]);
        Assert.DoesNotContain((await world.DeploymentAsync())["metadata"]!["managedFields"]!.AsArray(),
            entry => (string?)entry!["manager"] == "chronosops" && entry["fieldsV1"]!["f:spec"] is not null);
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task ReplicasThatWereScaledByHandInBetweenStay()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => deployment.Child("spec").Remove("replicas"));
        await Kubectl.RunAsync(world.Cluster.Kubeconfig, null, "-n", world.Namespace, "scale", "deployment/web", "--replicas=5");
        await world.IncidentAsync(IncidentPhase.Mitigated);
        var live = await world.DeploymentAsync();
        Assert.Equal((5, Manifests.Image(1)), ((int)live["spec"]!["replicas"]!, (string)live.AsObject().Container()["image"]!));
        world.AssertSpecWrites("web");
    }

    /// <summary>Something else breaks meanwhile: the release before fails too, though less.</summary>
    [Fact]
    public async Task ARollbackThatDoesNotHelpIsThoughtOverAndLeftToPeopleWhereNoFurtherStepHelps()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing(0.6));
        await world.IncidentAsync(IncidentPhase.Verifying);
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Failing(0.15);
        var incident = await world.EscalatedAsync("ActionDidNotHelp");
        Assert.Equal("Rollback/Failed", incident.Status!.LastAction);
        Assert.Equal(["Acting", "Verifying", "Orienting", "Deciding", "Escalated"], incident.Status.Timeline.Select(entry => entry.Phase.ToString()).TakeLast(5));
        Assert.Contains("the rollback did not help: errors: ", incident.Status.Message, StringComparison.Ordinal);
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task TheBadTemplateAppliedAgainDuringTheWatchIsLeftToPeople()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        var policy = Manifests.Policy("policy", "web");
        policy["spec"]!["verification"]!["recurrenceWatch"] = "10m";
        await world.ApplyAsync(policy);
        await using var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.ReleaseAsync(2, PodFate.Failing());
        var incident = await world.IncidentAsync(IncidentPhase.Mitigated);
        await AgainAsync(world);
        Assert.Equal(incident.Metadata.Uid, Assert.Single(await world.IncidentsAsync()).Metadata.Uid);
    }

    [Fact]
    public async Task TheBadTemplateAppliedAgainAfterTheIncidentIsLeftToPeople()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.IncidentAsync(IncidentPhase.Resolved);
        await AgainAsync(world);
        Assert.Equal(2, (await world.IncidentsAsync()).Count);
    }

    [Fact]
    public async Task AnotherBadReleaseRightAfterTheFirstIsRolledBackToo()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing());
        var first = await world.IncidentAsync(IncidentPhase.Resolved);
        await world.ReleaseAsync(3, PodFate.Failing());
        await world.IncidentAsync("the second to be resolved", incident => incident.Metadata.Uid != first.Metadata.Uid && incident.Status?.Phase == IncidentPhase.Resolved);
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());
        world.AssertSpecWrites("web", "web");
    }

    private static async Task AgainAsync(ApiServerWorld world)
    {
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.EscalatedAsync("RevisionReapplied");
        await Waiting.QuietlyAsync(5);
        Assert.Equal(Manifests.Image(2), await world.ImageAsync());
        world.AssertSpecWrites("web");
    }

    private static Task<string> ApplyAsync(ApiServerWorld world, string how, int version, params (string Name, string Value)[] variables)
    {
        var deployment = Manifests.Deployment("web", Manifests.Image(version));
        if (variables.Length > 0)
        {
            deployment.Container()["env"] = new JsonArray([.. variables.Select(v => new JsonObject { ["name"] = v.Name, ["value"] = v.Value })]);
        }

        return Kubectl.RunAsync(world.Cluster.Kubeconfig, deployment.ToJsonString(), "-n", world.Namespace, "apply", how, "-f", "-");
    }
}
