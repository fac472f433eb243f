namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>Whoever sets the replicas is asked instead of the workload; where that cannot be told, or would be reverted, nothing is done.</summary>
public sealed class AutoscalerGate : IGate
{
    public string Name => "Autoscaler";

    public GateVerdict Evaluate(GateContext context) => context.Bundle.Scaling?.Autoscalers switch
    {
        null => GateVerdict.Deny("AutoscalerUnknown", "it could not be found out what sets the workload's replicas"),
        [] => GateVerdict.Allow("no HorizontalPodAutoscaler sets the replicas"),
        [{ Manager: { } manager } one] => GateVerdict.Deny("AutoscalerOwned", $"HorizontalPodAutoscaler {one.Name} belongs to {manager}, which would revert a change; raise its bounds there"),
        [var one] when one.Minimum > context.Bundle.Workload.Replicas => GateVerdict.Wait("AutoscalerAtWork", $"HorizontalPodAutoscaler {one.Name} was told to have {one.Minimum} replicas, and {context.Bundle.Workload.Replicas} are asked for so far"),
        [var one] => GateVerdict.Allow($"HorizontalPodAutoscaler {one.Name} sets the replicas, {one.Minimum} to {one.Maximum}: its bounds are raised"),
        var several => GateVerdict.Deny("SeveralAutoscalers", $"{string.Join(", ", several.Select(one => one.Name))} all set the replicas of the workload"),
    };
}
