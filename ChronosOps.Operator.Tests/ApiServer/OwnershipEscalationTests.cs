using System.Text.Json.Nodes;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Marks of the team and of other tools that forbid a rollback.</summary>
[Trait("Tier", "apiserver")]
public class OwnershipEscalationTests
{
    [Theory]
    [InlineData("annotations", "chronosops.io/do-not-roll-back", "true", "DoNotRollBack")]
    [InlineData("labels", "argocd.argoproj.io/instance", "shop", "GitOpsOwned")]
    [InlineData("annotations", "argocd.argoproj.io/tracking-id", "shop:apps/Deployment:shop/web", "GitOpsOwned")]
    [InlineData("labels", "kustomize.toolkit.fluxcd.io/name", "shop", "GitOpsOwned")]
    [InlineData("labels", "helm.toolkit.fluxcd.io/name", "shop", "GitOpsOwned")]
    public async Task AMarkOnTheWorkloadForbidsTheRollback(string map, string key, string value, string reason)
    {
        await using var world = await ApiServerWorld.StartAsync();
        var first = Manifests.Deployment("web", Manifests.Image(1));
        Mark(first);
        await world.ApplyAsync(first);
        await using var running = await EscalationTests.StartAsync(world);
        await world.ReleaseAsync(2, PodFate.Failing(), change: Mark);
        await EscalationTests.EscalatesAsync(world, reason);

        void Mark(JsonObject deployment) => deployment.Child("metadata").Child(map)[key] = value;
    }

    [Fact]
    public async Task AMarkOnThePodTemplateForbidsTheRollbackOfThisRevision()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment =>
            deployment["spec"]!["template"]!.AsObject().Child("metadata").Child("annotations")["chronosops.io/do-not-roll-back"] = "true");
        await EscalationTests.EscalatesAsync(world, "DoNotRollBack");
    }

    [Fact]
    public async Task AFieldManagerOfAGitOpsControllerForbidsTheRollback()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        world.Kubelet.Fates[Manifests.Image(2)] = PodFate.Failing();
        await world.Client.SendAsync(HttpMethod.Patch, $"/apis/apps/v1/namespaces/{world.Namespace}/deployments/web?fieldManager=argocd-controller&force=true",
            Manifests.Deployment("web", Manifests.Image(2)), "application/apply-patch+yaml", ApiServerWorld.Ct);
        await EscalationTests.EscalatesAsync(world, "GitOpsOwned");
    }
}
