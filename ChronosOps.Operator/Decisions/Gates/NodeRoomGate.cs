namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>The nodes have room for the new pods, and for those of a rollout beside them. What keeps pods off nodes beyond that is not guessed at.</summary>
public sealed class NodeRoomGate : IGate
{
    public string Name => "NodeRoom";

    public GateVerdict Evaluate(GateContext context)
    {
        if (context.Bundle.Scaling is not { NodeRoom: { } room, Needs: { } needs })
        {
            return GateVerdict.Deny("NodesUnknown", "what the nodes have left could not be found out; an operator of one namespace alone cannot see it");
        }

        if (needs.Other is { } other)
        {
            return GateVerdict.Deny("NodesUnknown", $"the pods ask for {other}, of which it is not told what the nodes have left");
        }

        if (context.Bundle.Workload.Current.KeepsApart is { } apart)
        {
            return GateVerdict.Deny("PlacementUnknown", $"the pods have {apart}: whether a node with room takes one is not guessed at");
        }

        var pods = Added.Of(context);
        return room >= pods
            ? GateVerdict.Allow($"the nodes have room for {pods} more pods, the surge of a rollout included")
            : GateVerdict.Deny("NodesTooFull", $"the nodes have room for {room} more pods, and {pods} are needed, the surge of a rollout included");
    }
}
