using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>What rests on measurements needs measurements, now: a signal that no longer can be measured carries no action. Container states need no traffic. An alert tells of minutes ago.</summary>
public sealed class MinimumTrafficGate : IGate
{
    public string Name => "MinimumTraffic";

    public GateVerdict Evaluate(GateContext context)
    {
        var firing = context.Bundle.Firing.ToList();
        if (firing.Count > 0)
        {
            var measured = firing.FirstOrDefault(signal => !signal.IsKubernetesSign);
            return GateVerdict.Allow(measured is null ? "container states need no traffic" : $"{measured.Signal} is measured with enough traffic");
        }

        var unknown = context.Bundle.Signals.FirstOrDefault(signal => signal.State == SignalState.Unknown);
        var alert = context.Bundle.Signals.FirstOrDefault(signal => signal is { State: SignalState.Firing, IsAlert: true });
        return unknown is not null ? GateVerdict.Wait("NotMeasured", $"{unknown.Signal} cannot be judged now: {unknown.Message}")
            : alert is not null ? GateVerdict.Allow($"{alert.Signal} fires, and every signal of the policy is measured")
            : GateVerdict.Wait("NothingFires", "no signal fires at this moment");
    }
}
