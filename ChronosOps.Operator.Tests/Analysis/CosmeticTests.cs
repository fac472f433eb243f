using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release came out four minutes before the trouble, has yet to prove itself, and all pods are its.</summary>
public sealed class CosmeticTests
{
    private const string Stamp = "metadata.annotations.example.com/rolled changed";

    [Theory]
    [InlineData(true, Stamp)]
    [InlineData(true, "metadata.annotations.checksum/config changed", "metadata.annotations.team added", "metadata.annotations.rolled-by removed")]
    [InlineData(false, Stamp, "containers[app].image from checkout:1 to checkout:2")]
    [InlineData(false, Stamp, "metadata.labels.version changed")]
    [InlineData(false, Stamp, "terminationGracePeriodSeconds from 30 to 5")]
    [InlineData(false, "metadata.annotations added")]
    [InlineData(false, "containers[app].env[metadata.annotations.team].value changed")]
    [InlineData(false, "the order of entries changed")]
    [InlineData(false, "metadata.annotations.sidecar.istio.io/inject changed")]
    [InlineData(false, "metadata.annotations.linkerd.io/inject added")]
    [InlineData(false, "metadata.annotations.vault.hashicorp.com/agent-inject-template-db changed")]
    [InlineData(false, "metadata.annotations.example.com/Inject-agent changed")]
    [InlineData(false, "metadata.annotations.container.apparmor.security.beta.kubernetes.io/app changed")]
    [InlineData(false)]
    public void OnlyAnnotationsThatNobodyActsOnMakeARelease(bool expected, params string[] changes) =>
        Assert.Equal(expected, Cosmetic.IsRelease(SampleBundle.BadRelease() with { TemplateChanges = changes }));

    [Fact]
    public void WhatChangedIsNotKnownIsNotTakenForAStamp() => Assert.False(Cosmetic.IsRelease(SampleBundle.BadRelease() with { TemplateChanges = null }));

    [Fact]
    public void ForErrorsAloneAStampIsNotTakenBack()
    {
        var diagnosis = Analysers.Diagnose(ProvenReleaseTests.Unproven with { TemplateChanges = [Stamp] });
        Assert.InRange(diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease).Confidence, 0.5, 0.79);
        Assert.DoesNotContain(diagnosis.Findings, finding => finding.Message.EndsWith("until the trouble began", StringComparison.Ordinal));
        Assert.InRange(Analysers.Diagnose(ProvenReleaseTests.Unproven with { TemplateChanges = [Stamp, "containers[app].env[MODE].value changed"] }).Accepted!.Confidence, 0.8, 0.99);
    }
}
