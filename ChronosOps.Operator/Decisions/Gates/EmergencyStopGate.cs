namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>The emergency stop of the whole installation: nothing is done while it is on, or while it cannot be read.</summary>
public sealed class EmergencyStopGate : IGate
{
    public string Name => "EmergencyStop";

    public GateVerdict Evaluate(GateContext context) => context.EmergencyStop switch
    {
        false => GateVerdict.Allow("the emergency stop is off"),
        true => GateVerdict.WaitForPerson("EmergencyStop", "the emergency stop is on; `chronosops resume` lifts it"),
        null => GateVerdict.WaitForPerson("EmergencyStopUnknown", "the control ConfigMap could not be read, so the emergency stop counts as on"),
    };
}
