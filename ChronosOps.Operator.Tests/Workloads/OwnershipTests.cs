using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

public sealed class OwnershipTests
{
    [Theory]
    [InlineData("""{ "annotations": { "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/checkout" } }""", "Argo CD", true)]
    [InlineData("""{ "labels": { "argocd.argoproj.io/instance": "shop" } }""", "Argo CD", true)]
    [InlineData("""{ "annotations": { "argocd.argoproj.io/sync-wave": "1" } }""", "Argo CD", true)]
    [InlineData("""{ "labels": { "kustomize.toolkit.fluxcd.io/name": "shop" } }""", "Flux", true)]
    [InlineData("""{ "labels": { "fluxcd.io/sync-gc-mark": "sha256.x" } }""", "Flux", true)]
    [InlineData("""{ "labels": { "helm.toolkit.fluxcd.io/name": "shop" }, "annotations": { "meta.helm.sh/release-name": "shop" } }""", "Flux (Helm release)", true)]
    [InlineData("""{ "annotations": { "argocd.argoproj.io/tracking-id": "x", "meta.helm.sh/release-name": "shop" } }""", "Argo CD", true)]
    [InlineData("""{ "managedFields": [ { "manager": "kubectl" }, { "manager": "argocd-controller" } ] }""", "Argo CD", true)]
    [InlineData("""{ "managedFields": [ { "manager": "argocd-application-controller" } ] }""", "Argo CD", true)]
    [InlineData("""{ "managedFields": [ { "manager": "kustomize-controller" } ] }""", "Flux", true)]
    [InlineData("""{ "managedFields": [ { "manager": "helm-controller" } ], "annotations": { "meta.helm.sh/release-name": "shop" } }""", "Flux (Helm release)", true)]
    [InlineData("""{ "annotations": { "meta.helm.sh/release-name": "shop" }, "managedFields": [ { "manager": "helm" } ] }""", "Helm", false)]
    [InlineData("""{ "managedFields": [ { "manager": "kubectl-client-side-apply" } ], "labels": { "app.kubernetes.io/managed-by": "Helm" } }""", null, false)]
    [InlineData("""{ "labels": { "app.kubernetes.io/instance": "shop" } }""", null, false)]
    [InlineData("""{ "managedFields": [ null, "x", {} ] }""", null, false)]
    [InlineData("{}", null, false)]
    public void TheManagerIsReadFromItsMarks(string metadata, string? manager, bool isGitOps)
    {
        var owner = Ownership.Of(SampleTemplate.Parse($$"""{ "metadata": {{metadata}} }"""));
        Assert.Equal((manager, isGitOps), (owner.Manager, owner.IsGitOps));
        Assert.Equal(manager is null, owner.Reference is null);
    }

    [Fact]
    public void TheReferenceTellsWhereToLook() =>
        Assert.Equal("annotation argocd.argoproj.io/tracking-id=shop", Ownership.Of(SampleTemplate.Parse("""{ "metadata": { "annotations": { "argocd.argoproj.io/tracking-id": "shop" } } }""")).Reference);

    [Fact]
    public void AnObjectWithoutMetadataIsNobodys() => Assert.Null(Ownership.Of(SampleTemplate.Parse("{}")).Manager);
}
