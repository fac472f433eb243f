using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release of yesterday fails, or gets no requests any more, since somebody applied a NetworkPolicy.</summary>
public sealed class NetworkPolicyTests
{
    private static readonly NetworkPolicyFact Ingress = Policy(-10, "Ingress");
    private static readonly NetworkPolicyFact Egress = Policy(-10, "Egress");
    private static readonly DependencyFact Cart = new("deployment/cart", "cart", null, false, null, null, "c0ffee", null);

    [Fact]
    public void RequestsThatFailSinceWhatGoesOutIsLimitedAreThePolicys()
    {
        var diagnosis = Diagnose(b => b with { NetworkPolicies = [Egress], Dependencies = [Cart] });
        Assert.Equal((Cause.NetworkPolicyBlock, "NetworkPolicy deny-all (Egress, created by kubectl-create at 11:59:30Z)"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal([EvidenceKind.Series, EvidenceKind.Change, EvidenceKind.Dependency], diagnosis.Accepted!.Kinds.Order());
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "NetworkPolicy deny-all, which selects the pods and limits their Egress, was created by kubectl-create 10s before the trouble");
    }

    [Fact]
    public void RequestsThatStoppedSinceWhatComesInIsLimitedAreThePolicys()
    {
        var diagnosis = Diagnose(b => b with { NetworkPolicies = [Ingress], Load = new LoadFact(30, 0.5), Signals = SampleBundle.NoSigns() });
        Assert.Equal((Cause.NetworkPolicyBlock, 0.8), (diagnosis.Accepted?.Cause, Math.Round(diagnosis.Accepted!.Confidence, 1)));
    }

    [Fact]
    public void NothingIsDoneAboutIt()
    {
        var bundle = Bundle() with { NetworkPolicies = [Egress], Dependencies = [Cart] };
        Assert.Equal("NoRungHelps", Ladder.Next(SampleGates.OpenForScale().Policy, bundle, Analysers.Diagnose(bundle), []).Reason);
    }

    private static readonly Dictionary<string, Func<EvidenceBundle, EvidenceBundle>> Others = new()
    {
        ["it limits what comes in, and requests come in"] = b => b with { NetworkPolicies = [Ingress], Load = new LoadFact(30, 29) },
        ["only its time speaks for it, and not strongly"] = b => b with { NetworkPolicies = [Policy(-300, "Ingress")], Signals = SampleBundle.NoSigns() },
        ["it limits what goes out, and requests only stopped"] = b => b with { NetworkPolicies = [Egress], Load = new LoadFact(30, 0), Signals = SampleBundle.NoSigns() },
        ["it came after the onset"] = b => b with { NetworkPolicies = [Policy(20, "Egress")], Dependencies = [Cart] },
        ["no pod is ready"] = b => b with { NetworkPolicies = [Egress], Workload = b.Workload with { Pods = [.. b.Workload.Pods.Select(pod => pod with { Ready = false })] } },
        ["the dependency is ill itself"] = b => b with { NetworkPolicies = [Egress], Dependencies = [Cart with { Trouble = "errors", IsMeasured = true, TroubleSince = b.OnsetAt.AddSeconds(-5) }] },
    };

    public static TheoryData<string> Situations => [.. Others.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public void ItIsNotBlamedWhere(string situation) =>
        Assert.NotEqual(Cause.NetworkPolicyBlock, Analysers.Diagnose(Others[situation](Bundle())).Accepted?.Cause);

    [Fact]
    public void WhatOnlyTheNewReleaseShowsIsNoPolicysDoing()
    {
        var diagnosis = Analysers.Diagnose(SampleBundle.BadRelease() with { NetworkPolicies = [Egress], Dependencies = [Cart] });
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
    }

    private static NetworkPolicyFact Policy(double secondsFromOnset, params string[] limits)
    {
        var at = SampleBundle.Onset.AddSeconds(secondsFromOnset);
        return new NetworkPolicyFact("deny-all", limits, at, new FieldChange(at, "kubectl-create"));
    }

    private static EvidenceBundle Bundle() => SampleBundle.PodFault() with { PodMeasures = [], Measures = [] };

    private static Diagnosis Diagnose(Func<EvidenceBundle, EvidenceBundle> change) => Analysers.Diagnose(change(Bundle()));
}
