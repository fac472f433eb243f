namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>At most so many actions of a policy within an hour.</summary>
public sealed class RateGate : IGate
{
    /// <summary>The reason of a policy that has acted often enough.</summary>
    public const string Reason = "TooManyActions";

    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    public string Name => "ActionsPerHour";

    public GateVerdict Evaluate(GateContext context)
    {
        if (context.RecentActions is null)
        {
            return GateVerdict.Deny("ActionsUnknown", "earlier actions of the policy could not be read");
        }

        var taken = context.RecentActions.Count(time => time > context.Now - Period);
        var text = $"{taken} of {context.Policy.MaxActionsPerHour} actions were taken within the hour";
        return taken < context.Policy.MaxActionsPerHour ? GateVerdict.Allow(text) : GateVerdict.Deny(Reason, text);
    }
}
