using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Remediation;

/// <summary>Three replicas become seven, of the workload itself or by the bounds of its autoscaler.</summary>
public sealed class ScalePlanTests
{
    private static readonly Dictionary<string, string> Annotated = new() { ["team.example.com/owner"] = "web", [ApiGroup.HoldAnnotation] = "false" };

    [Fact]
    public void TheWorkloadIsPatchedWhereNothingElseSetsItsReplicas() => Assert.Equal(
        """
        [{"op":"test","path":"/metadata/uid","value":"uid-checkout"},{"op":"test","path":"/metadata/generation","value":3},{"op":"test","path":"/spec/replicas","value":3},{"op":"test","path":"/metadata/annotations/chronosops.io~1last-action","value":null},{"op":"test","path":"/metadata/annotations/chronosops.io~1hold","value":"false"},{"op":"test","path":"/metadata/annotations/chronosops.io~1do-not-act","value":null},{"op":"test","path":"/metadata/annotations/chronosops.io~1do-not-scale","value":null},{"op":"replace","path":"/spec/replicas","value":7},{"op":"add","path":"/metadata/annotations/chronosops.io~1last-action","value":"uid-incident/1"}]
        """.Trim(), ScalePlan.Patch(Plan(), Annotated).ToJsonString());

    [Fact]
    public void TheBoundsOfAnAutoscalerArePatchedInstead()
    {
        var action = Plan(new AutoscalerFact("web", "uid-hpa", 2, 5, "uid-other/1", null));
        Assert.Equal((2, 7, 5, 7, "uid-other/1"), (action.FromReplicas, action.ToReplicas, action.FromMaximum, action.ToMaximum, action.PreviousKey));
        Assert.Equal(
            """
            [{"op":"test","path":"/metadata/uid","value":"uid-hpa"},{"op":"test","path":"/spec/minReplicas","value":2},{"op":"test","path":"/spec/maxReplicas","value":5},{"op":"test","path":"/metadata/annotations","value":null},{"op":"replace","path":"/spec/minReplicas","value":7},{"op":"replace","path":"/spec/maxReplicas","value":7},{"op":"add","path":"/metadata/annotations","value":{"chronosops.io/last-action":"uid-incident/1"}}]
            """.Trim(), ScalePlan.Patch(action, new Dictionary<string, string>()).ToJsonString());
    }

    /// <summary>They are given back also where the workload has opted out since.</summary>
    [Theory]
    [InlineData("HandBack")]
    [InlineData("Undo")]
    public void AStepBackDoesNotAskWhetherTheWorkloadHasOptedOut(string name)
    {
        var back = ScalePlan.Write("uid-incident", 2, name, SampleWorkload.Settled(), Plan(), 5, null, SampleWorkload.Now);
        Assert.DoesNotContain("do-not", ScalePlan.Patch(back, Annotated).ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("do-not", ScalePlan.Patch(Plan(), Annotated).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AMaximumThatIsHighEnoughStays() => Assert.Equal(20, Plan(new AutoscalerFact("web", "uid-hpa", 2, 20, null, null)).ToMaximum);

    [Fact]
    public void WhatEachReplicaCarriedIsWrittenDown() => Assert.Equal("10", Plan().RequestsPerReplica);

    [Fact]
    public void AStepBackStartsFromWhatWasAskedFor()
    {
        var back = ScalePlan.Write("uid-incident", 2, "HandBack", SampleWorkload.Settled(), Plan(), 5, null, SampleWorkload.Now);
        Assert.Equal((7, 5, "uid-incident/2", "10"), (back.FromReplicas, back.ToReplicas, back.Key, back.RequestsPerReplica));
        Assert.Equal("HandBack of replicas of checkout, from 7 to 5", back.Message);
    }

    [Theory]
    [InlineData("uid-incident/1", 7, 4L, EffectState.InPlace)]
    [InlineData(null, 3, 3L, EffectState.NotInPlace)]
    [InlineData(null, 3, 4L, EffectState.MovedOn)]
    [InlineData(null, 5, 4L, EffectState.MovedOn)]
    [InlineData(null, 7, 4L, EffectState.Unknown)]
    [InlineData("uid-other/1", 3, 3L, EffectState.Unknown)]
    public void TheLiveWorkloadTellsWhetherItIsThere(string? key, int replicas, long generation, EffectState state) =>
        Assert.Equal(state, ScalePlan.Observe(Plan(), Live("uid-checkout", key, replicas, generation)));

    [Fact]
    public void AnotherWorkloadOfTheNameIsNotItsTarget()
    {
        Assert.Equal(EffectState.TargetGone, ScalePlan.Observe(Plan(), Live("uid-another", null, 3, 3)));
        Assert.Equal(EffectState.TargetGone, ScalePlan.Observe(Plan(), null));
    }

    [Fact]
    public void TheLiveAutoscalerHasNoGeneration()
    {
        var action = Plan(new AutoscalerFact("web", "uid-hpa", 2, 5, null, null));
        var live = JsonNode.Parse("""{ "metadata": { "uid": "uid-hpa", "annotations": { "a": "b" } }, "spec": { "minReplicas": 2, "maxReplicas": 5 } }""")!;
        Assert.Equal(EffectState.NotInPlace, ScalePlan.Observe(action, LiveScale.Of(live)));
    }

    private static ActionRecord Plan(AutoscalerFact? autoscaler = null) => ScalePlan.Write("uid-incident", 1, SampleWorkload.Settled(), autoscaler, 7, 10, SampleWorkload.Now);

    private static LiveScale Live(string uid, string? key, int replicas, long generation) => new(uid, generation, key, replicas, new Dictionary<string, string>());
}
