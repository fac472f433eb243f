using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>A pod is taken from an ill node only where it cannot come back to it, and another node has room for it. A pod that is ill by itself may come back to where it was.</summary>
public sealed class OtherNodesGate : IGate
{
    public string Name => "OtherNodes";

    public GateVerdict Evaluate(GateContext context)
    {
        var bundle = context.Bundle;
        if (context.Step.Node is null && context.Diagnosis.Accepted?.Cause != Cause.NodeFault)
        {
            return GateVerdict.Allow("no node is blamed");
        }

        return Blamed(bundle, context.Step.Node) switch
        {
            null => GateVerdict.Deny("NodesUnknown", "the nodes could not be looked at; an operator of one namespace alone may not see them"),
            { OtherNodes: 0 } node => GateVerdict.Deny("OnlyNode", $"no other node takes pods: what is evicted from {node.Name} would have nowhere to go"),
            _ when bundle.Workload.Key.Kind != WorkloadKind.Deployment => GateVerdict.Deny("BoundToNode", $"pods of a {bundle.Workload.Key.Kind} may be bound to their node, by its kind or by their volumes"),
            { TakesPods: true } node => GateVerdict.Deny("NodeTakesPods", $"node {node.Name} still takes pods, and what is evicted may come back to it: cordon it"),
            _ when bundle.Workload.Current.KeepsApart is { } apart => GateVerdict.Deny("PlacementUnknown", $"the pods have {apart}: whether a node with room takes one is not guessed at"),
            { RoomElsewhere: null } => GateVerdict.Deny("NodesUnknown", "what the other nodes have left could not be found out"),
            { RoomElsewhere: < 1 } node => GateVerdict.Deny("NodesTooFull", $"none of the {node.OtherNodes} other nodes has room for a pod"),
            var node => GateVerdict.Allow($"{node.OtherNodes} other nodes take pods and have room, and {node.Name} takes none"),
        };
    }

    private static NodeFact? Blamed(EvidenceBundle bundle, string? node)
    {
        var name = node ?? (IllNode.Measured(bundle) ?? IllNode.Seen(bundle))?.Name;
        return bundle.Nodes?.FirstOrDefault(fact => name is null ? fact.Trouble is not null : fact.Name == name);
    }
}
