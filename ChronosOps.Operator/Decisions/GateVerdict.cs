namespace ChronosOps.Operator.Decisions;

/// <summary>What a gate says.</summary>
public enum Verdict
{
    /// <summary>Nothing speaks against the step.</summary>
    Allow,

    /// <summary>Not now; it may be allowed later without anybody's doing.</summary>
    Wait,

    /// <summary>A person must approve.</summary>
    NeedsApproval,

    /// <summary>No.</summary>
    Deny,
}

/// <summary>What a gate says, and why.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">Why, in one CamelCase word.</param>
/// <param name="Message">Why, in a sentence.</param>
/// <param name="IsWilled">Whether it waits because a person wants it to: then it waits without end.</param>
public sealed record GateVerdict(Verdict Verdict, string Reason, string Message, bool IsWilled = false)
{
    public static GateVerdict Allow(string message = "") => new(Verdict.Allow, "Allowed", message);

    public static GateVerdict Wait(string reason, string message) => new(Verdict.Wait, reason, message);

    /// <summary>Waits for as long as a person wants it to.</summary>
    public static GateVerdict WaitForPerson(string reason, string message) => new(Verdict.Wait, reason, message, IsWilled: true);

    public static GateVerdict Deny(string reason, string message) => new(Verdict.Deny, reason, message);
}

/// <summary>One condition under which an action may be taken. Pure. A gate that lacks what it needs to know denies.</summary>
public interface IGate
{
    /// <summary>The gate's name in decisions, metrics and documentation.</summary>
    string Name { get; }

    /// <summary>Whether the step may be taken.</summary>
    GateVerdict Evaluate(GateContext context);
}
