using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>What rests on measurements needs measurements, now: a signal that no longer can be measured carries no action. Container states need no traffic.</summary>
public sealed class MinimumTrafficGate : IGate
{
    public string Name => "MinimumTraffic";

    public GateVerdict Evaluate(GateContext context)
    {
        var firing = context.Bundle.Signals.Where(signal => signal.State == SignalState.Firing).ToList();
        if (firing.Count > 0)
        {
            var measured = firing.FirstOrDefault(signal => !signal.IsKubernetesSign);
            return GateVerdict.Allow(measured is null ? "container states need no traffic" : $"{measured.Signal} is measured with enough traffic");
        }

        var unknown = context.Bundle.Signals.FirstOrDefault(signal => signal.State == SignalState.Unknown);
        return unknown is not null
            ? GateVerdict.Wait("NotMeasured", $"{unknown.Signal} cannot be judged now: {unknown.Message}")
            : GateVerdict.Wait("NothingFires", "no signal fires at this moment");
    }
}
