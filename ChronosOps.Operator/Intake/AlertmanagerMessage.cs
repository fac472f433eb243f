namespace ChronosOps.Operator.Intake;

/// <summary>A notification of Alertmanager.</summary>
/// <param name="Receiver">The receiver in Alertmanager's configuration, for people.</param>
/// <param name="Truncated">How many alerts of the group Alertmanager left out (<c>max_alerts</c>).</param>
/// <param name="Alerts">The alerts, each once.</param>
public sealed record AlertmanagerMessage(string Receiver, long Truncated, IReadOnlyList<ReceivedAlert> Alerts);

/// <summary>One alert of a notification. Its texts are cut and hold no control characters.</summary>
public sealed record ReceivedAlert
{
    /// <summary>Names the alert with its labels: lower-case hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The rule's name, of letters, digits and <c>_ . : -</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is over.</summary>
    public required bool Resolved { get; init; }

    /// <summary>Since when it fires, to the millisecond.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When it ended; null while it fires, or where that is not said.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Its labels, without those that are empty, which is the same as none.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>The label <c>severity</c>.</summary>
    public string? Severity { get; init; }

    /// <summary>The annotation <c>summary</c>, or else <c>description</c> or <c>message</c>.</summary>
    public string? Summary { get; init; }
}

/// <summary>A notification that cannot be read. Sending it again would not help.</summary>
/// <param name="field">What is wrong, such as <c>alerts[0].startsAt</c>.</param>
/// <param name="problem">What is wrong with it.</param>
public sealed class BadMessageException(string field, string problem) : Exception($"{field}: {problem}")
{
    /// <summary>What is wrong.</summary>
    public string Field { get; } = field;
}
