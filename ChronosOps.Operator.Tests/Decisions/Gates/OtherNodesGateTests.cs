using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Analysis;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

/// <summary>Two pods of node a are ill; it is cordoned, and two other nodes have room.</summary>
public sealed class OtherNodesGateTests
{
    private static readonly NodeFact Cordoned = new("a", null, null, TakesPods: false, OtherNodes: 2, RoomElsewhere: 4);

    private static readonly GateTable Table = new(new OtherNodesGate(), Open)
    {
        { "the node takes no pods and others have room", c => c },
        { "no node is blamed", _ => SampleGates.OpenForRestart() },
        { "the last pod of the node looks ill by itself", c => Last(c) },
        { "the last pod of a node that takes pods again", c => Node(Last(c), Cordoned with { TakesPods = true }), Verdict.Deny, "NodeTakesPods" },
        { "it is the only node that there is", c => Node(c, Cordoned with { OtherNodes = 0, RoomElsewhere = 0 }), Verdict.Deny, "OnlyNode" },
        { "the node still takes pods", c => Node(c, Cordoned with { TakesPods = true }), Verdict.Deny, "NodeTakesPods" },
        { "the others are full", c => Node(c, Cordoned with { RoomElsewhere = 0 }), Verdict.Deny, "NodesTooFull" },
        { "it cannot be told what the others have left", c => Node(c, Cordoned with { RoomElsewhere = null }), Verdict.Deny, "NodesUnknown" },
        { "the nodes may not be seen", c => c.Bundle(b => b with { Nodes = null }), Verdict.Deny, "NodesUnknown" },
        { "the node is not among those that were seen", c => Node(c, Cordoned with { Name = "b" }), Verdict.Deny, "NodesUnknown" },
        { "something keeps the pods apart", c => c.Workload(w => w with { Current = w.Current with { KeepsApart = "a hostPort" } }), Verdict.Deny, "PlacementUnknown" },
        { "it is a StatefulSet", c => c.Workload(w => w with { Key = w.Key with { Kind = WorkloadKind.StatefulSet } }), Verdict.Deny, "BoundToNode" },
        { "it is a DaemonSet", c => c.Workload(w => w with { Key = w.Key with { Kind = WorkloadKind.DaemonSet } }), Verdict.Deny, "BoundToNode" },
        { "every pod stands on the only node, which is ill", c => Single(c), Verdict.Deny, "OnlyNode" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    /// <summary>All that a restart asks for besides.</summary>
    [Fact]
    public void TheWholePipelineAllowsIt() => Assert.NotNull(Permit.Request("uid-1/1", Open()).Permit);

    private static GateContext Open()
    {
        var bundle = NodeTests.Bundle() with { Nodes = [Cordoned] };
        return SampleGates.OpenForRestart() with { Bundle = bundle, Diagnosis = Analysers.Diagnose(bundle), Step = new ProposedStep(RemediationAction.Restart, null, Pod: bundle.Workload.Pods[0]) };
    }

    private static GateContext Node(GateContext context, NodeFact node) => context.Bundle(bundle => bundle with { Nodes = [node] });

    private static GateContext Last(GateContext context) =>
        context.Accepting(accepted => accepted with { Cause = Cause.PodFault }) with { Step = context.Step with { Node = "a" } };

    private static GateContext Single(GateContext context)
    {
        var bundle = context.Bundle with
        {
            Workload = NodeTests.Nodes(context.Bundle.Workload, "a", "a", "a"),
            PodMeasures = [],
            Nodes = [Cordoned with { Trouble = "DiskPressure", Since = SampleBundle.Onset, OtherNodes = 0, RoomElsewhere = 0 }],
        };
        return context with { Bundle = bundle, Diagnosis = Analysers.Diagnose(bundle) };
    }
}
