using ChronosOps.Operator.Analysis;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>It is this pod that is ill, by itself or with its node, at this moment: while the action waited another may have fallen ill and this one recovered.</summary>
public sealed class IllPodGate : IGate
{
    public string Name => "IllPod";

    public GateVerdict Evaluate(GateContext context)
    {
        if (context.Step.Pod is not { } pod)
        {
            return GateVerdict.Deny("NoPod", "the pod that was ill is gone, or it cannot be told which one is");
        }

        if (context.Diagnosis.Accepted is { Cause: Cause.NodeFault } node)
        {
            return IllNode.Measured(context.Bundle)?.Ill.Any(one => one.Uid == pod.Uid) == true
                ? GateVerdict.Allow($"pod {pod.Name} is ill, as all pods of {node.Subject} are")
                : GateVerdict.Deny("OtherPod", $"pod {pod.Name} is none of those that are ill by now with {node.Subject}");
        }

        if (context.Diagnosis.Accepted is not { Cause: Cause.PodFault } accepted)
        {
            return GateVerdict.Deny("OtherCause", $"the cause is {context.Diagnosis.Accepted?.Cause ?? Cause.Unknown}: a restart does not help against it");
        }

        return IllPod.Find(context.Bundle)?.Uid == pod.Uid
            ? GateVerdict.Allow($"pod {pod.Name} alone is ill")
            : GateVerdict.Deny("OtherPod", $"pod {pod.Name} is not the one that is ill by now: {accepted.Subject} is");
    }
}
