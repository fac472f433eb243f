using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Remediation;

public sealed class RollbackPlanTests
{
    private const string Template = """{ "metadata": { "labels": { "app": "checkout", "pod-template-hash": "5f8d6c7b9" } }, "spec": { "containers": [ { "name": "app", "image": "checkout:1" } ] } }""";

    [Fact]
    public void TheActionIsBoundToTheWorkloadAsItWasJudged()
    {
        var action = Write(previousKey: "uid-0/1");
        Assert.Equal(("uid-1/2", 2, "Rollback", ActionState.Planned), (action.Key, action.Attempt, action.Action, action.State));
        Assert.Equal(("uid-checkout", 2L, "uid-0/1", "2"), (action.TargetUid, action.TargetGeneration, action.PreviousKey, action.PreviousNumber));
        Assert.Equal((SampleWorkload.New, SampleWorkload.Old, "checkout-5f8d6c7b9"), (action.FromRevision, action.ToRevision, action.TargetReplicaSet));
        Assert.Equal(SampleWorkload.Now, action.PlannedAt);
    }

    [Fact]
    public void ThePatchTestsTheWorkloadAndReplacesTheTemplateAndNothingElse() =>
        AssertJson(
            """
            [
              { "op": "test", "path": "/metadata/uid", "value": "uid-checkout" },
              { "op": "test", "path": "/metadata/generation", "value": 2 },
              { "op": "test", "path": "/metadata/annotations/chronosops.io~1last-action", "value": "uid-0/1" },
              { "op": "test", "path": "/metadata/annotations/chronosops.io~1hold", "value": "false" },
              { "op": "test", "path": "/metadata/annotations/argocd.argoproj.io~1tracking-id", "value": null },
              { "op": "test", "path": "/metadata/annotations/argocd.argoproj.io~1instance", "value": null },
              { "op": "test", "path": "/metadata/annotations/argocd.argoproj.io~1sync-wave", "value": null },
              { "op": "test", "path": "/metadata/annotations/kustomize.toolkit.fluxcd.io~1name", "value": null },
              { "op": "test", "path": "/metadata/annotations/helm.toolkit.fluxcd.io~1name", "value": null },
              { "op": "test", "path": "/metadata/annotations/fluxcd.io~1sync-gc-mark", "value": null },
              { "op": "test", "path": "/metadata/annotations/chronosops.io~1do-not-act", "value": null },
              { "op": "test", "path": "/metadata/annotations/chronosops.io~1do-not-roll-back", "value": null },
              { "op": "replace", "path": "/spec/template", "value": { "metadata": { "labels": { "app": "checkout" } }, "spec": { "containers": [ { "name": "app", "image": "checkout:1" } ] } } },
              { "op": "add", "path": "/metadata/annotations/chronosops.io~1last-action", "value": "uid-1/2" }
            ]
            """,
            RollbackPlan.Patch(Write(previousKey: "uid-0/1"), SampleTemplate.Parse(Template), Annotated((ApiGroup.HoldAnnotation, "false"))));

    [Fact]
    public void WithoutAnEarlierActionOrAHoldThePatchTestsThatThereIsStillNone()
    {
        var patch = RollbackPlan.Patch(Write(previousKey: null), SampleTemplate.Parse(Template), Annotated());
        AssertJson("""{ "op": "test", "path": "/metadata/annotations/chronosops.io~1last-action", "value": null }""", patch[2]!);
        AssertJson("""{ "op": "test", "path": "/metadata/annotations/chronosops.io~1hold", "value": null }""", patch[3]!);
    }

    [Fact]
    public void ThePatchNeverTouchesReplicas() =>
        Assert.DoesNotContain(RollbackPlan.Patch(Write(), SampleTemplate.Parse(Template), Annotated()), operation => operation!["path"]!.ToString() is "/spec" or "/spec/replicas" or "");

    [Fact]
    public void EveryTestComesBeforeTheFirstChange() =>
        Assert.Equal(["replace", "add"], RollbackPlan.Patch(Write(), SampleTemplate.Parse(Template), Annotated()).Select(operation => operation!["op"]!.ToString()).SkipWhile(op => op == "test"));

    /// <summary>Where the gates had seen it they had let it pass, such as "false". An undo brings the release back, and does not ask for it.</summary>
    [Theory]
    [InlineData("Rollback", "do-not-roll-back", null, """[null]""")]
    [InlineData("Rollback", "do-not-roll-back", "false", """["false"]""")]
    [InlineData("Rollback", "do-not-act", null, """[null]""")]
    [InlineData("Rollback", "do-not-act", "false", """["false"]""")]
    [InlineData("Undo", "do-not-roll-back", null, "[]")]
    [InlineData("Undo", "do-not-act", null, "[]")]
    public void ARollbackIsBoundToTheTeamsOwnWordAsItWasSeen(string name, string word, string? seen, string tested)
    {
        var action = Write();
        action.Action = name;
        var patch = RollbackPlan.Patch(action, SampleTemplate.Parse(Template), seen is null ? Annotated() : Annotated((ApiGroup.Prefix + word, seen)));
        var tests = patch.Where(operation => operation!["path"]!.ToString().EndsWith("~1" + word, StringComparison.Ordinal)).Select(operation => operation!["value"]?.DeepClone());
        Assert.Equal(tested, new JsonArray([.. tests]).ToJsonString());
    }

    [Fact]
    public void TheTemplateThatIsRestoredIsTheRevisionThatWasPlanned()
    {
        var restored = RollbackPlan.Patch(Write(), SampleTemplate.Parse(Template), Annotated()).Single(operation => operation!["path"]!.ToString() == "/spec/template")!["value"]!.AsObject();
        Assert.Equal(TemplateFacts.Read(SampleTemplate.Parse(Template)).Revision, TemplateFacts.Read(restored).Revision);
    }

    [Theory]
    [InlineData("uid-checkout", 3, "uid-1/2", "3", EffectState.InPlace)]
    [InlineData("uid-checkout", 9, "uid-1/2", "5", EffectState.InPlace)]
    [InlineData("uid-checkout", 2, "uid-0/1", "2", EffectState.NotInPlace)]
    [InlineData("uid-checkout", 3, "uid-0/1", "2", EffectState.MovedOn)]
    [InlineData("uid-checkout", 3, "uid-0/1", "3", EffectState.Unknown)]
    [InlineData("uid-checkout", 3, "uid-0/1", null, EffectState.Unknown)]
    [InlineData("uid-checkout", 2, null, "2", EffectState.Unknown)]
    [InlineData("uid-checkout", 3, null, "3", EffectState.Unknown)]
    [InlineData("uid-checkout", 2, "uid-9/1", "2", EffectState.Unknown)]
    [InlineData("uid-made-anew", 2, "uid-0/1", "2", EffectState.TargetGone)]
    [InlineData("uid-made-anew", 1, "uid-1/2", "1", EffectState.TargetGone)]
    [InlineData(null, 0, null, null, EffectState.TargetGone)]
    public void TheLiveObjectTellsWhetherTheEffectIsInPlace(string? uid, long generation, string? key, string? number, EffectState expected) =>
        Assert.Equal(expected, RollbackPlan.Observe(Write(previousKey: "uid-0/1"), Live(uid, generation, generation, key, number)));

    [Fact]
    public void WhileTheControllerHasNotLookedNothingIsKnownOfAnObjectThatMovedOn() =>
        Assert.Equal(EffectState.NotYetKnown, RollbackPlan.Observe(Write(previousKey: "uid-0/1"), Live("uid-checkout", 3, 2, "uid-0/1", "2")));

    [Fact]
    public void AWorkloadThatIsGoneIsGone() => Assert.Equal(EffectState.TargetGone, RollbackPlan.Observe(Write(), null));

    [Fact]
    public void AKeyThatWasNeverThereAndIsNotThereIsNoSign() =>
        Assert.Equal(EffectState.NotInPlace, RollbackPlan.Observe(Write(previousKey: null), Live("uid-checkout", 2, 2, null, "2")));

    private static ActionRecord Write(string? previousKey = null)
    {
        var workload = SampleWorkload.Rolling();
        var annotations = new Dictionary<string, string>(workload.Annotations);
        if (previousKey is not null)
        {
            annotations[ApiGroup.LastActionAnnotation] = previousKey;
        }

        return RollbackPlan.Write("uid-1", 2, "Rollback", workload with { Annotations = annotations }, SampleWorkload.OldRevision, SampleWorkload.Now);
    }

    [Fact]
    public void AWorkloadWithoutAnyAnnotationGetsItsFirst()
    {
        var patch = RollbackPlan.Patch(Write(), SampleTemplate.Parse(Template), new Dictionary<string, string>());
        Assert.Equal(["test", "test", "test", "replace", "add"], patch.Select(operation => operation!["op"]!.ToString()));
        AssertJson("""{ "op": "test", "path": "/metadata/annotations", "value": null }""", patch[2]!);
        AssertJson("""{ "op": "add", "path": "/metadata/annotations", "value": { "chronosops.io/last-action": "uid-1/2" } }""", patch[4]!);
    }

    [Fact]
    public void OfAnOrderedStatefulSetThePodThatItsControllerWaitsForIsWrittenDown()
    {
        PodSnapshot[] pods =
        [
            SampleWorkload.Pod("web-3", SampleWorkload.New, SampleWorkload.RolloutStart),
            SampleWorkload.Pod("web-2", SampleWorkload.New, SampleWorkload.RolloutStart, ready: false),
            SampleWorkload.Pod("web-1", SampleWorkload.Old, SampleWorkload.At(-900), ready: false),
            SampleWorkload.Pod("web-0", null, SampleWorkload.At(-900), ready: false),
        ];
        var set = SampleWorkload.Rolling() with { Key = SampleWorkload.Key with { Kind = WorkloadKind.StatefulSet }, WaitsForEachPod = true, Pods = pods };
        var action = RollbackPlan.Write("uid-1", 1, "Rollback", set, SampleWorkload.OldRevision, SampleWorkload.Now);
        Assert.Equal([("web-2", "uid-web-2")], action.PodsInTheWay.Select(pod => (pod.Name, pod.Uid!)));
        Assert.EndsWith(", and eviction of web-2, which would hold it up", action.Message, StringComparison.Ordinal);
        Assert.Equal((null, "checkout-5f8d6c7b9"), (action.TargetReplicaSet, action.TargetControllerRevision));
        Assert.Empty(RollbackPlan.Write("uid-1", 1, "Rollback", set with { WaitsForEachPod = false }, SampleWorkload.OldRevision, SampleWorkload.Now).PodsInTheWay);
    }

    [Fact]
    public void APodThatComesToStandInTheWayLaterIsAddedOnce()
    {
        var set = SampleWorkload.Rolling() with { WaitsForEachPod = true, Pods = [SampleWorkload.Pod("web-2", SampleWorkload.New, SampleWorkload.RolloutStart)] };
        var action = RollbackPlan.Write("uid-1", 1, "Rollback", set, SampleWorkload.OldRevision, SampleWorkload.Now);
        Assert.Empty(action.PodsInTheWay);
        for (var i = 0; i < 2; i++)
        {
            RollbackPlan.NoteInTheWay(action, set with { Pods = [set.Pods[0] with { Ready = false }] });
        }

        Assert.Equal(["web-2"], action.PodsInTheWay.Select(pod => pod.Name));
    }

    private static Dictionary<string, string> Annotated(params (string Key, string Value)[] further) =>
        further.Append(("team.example.com/owner", "web")).ToDictionary(entry => entry.Item1, entry => entry.Item2);

    private static LiveWorkload Live(string? uid, long generation, long observed, string? key, string? number) =>
        new(uid, generation, observed, key, number is null ? null : long.Parse(number, CultureInfo.InvariantCulture));

    private static void AssertJson(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual.ToJsonString())), actual.ToJsonString());
}
