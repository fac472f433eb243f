namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>What a judgement that was learnt says of a series now.</summary>
public enum LearntState
{
    /// <summary>Too little is known yet.</summary>
    Learning,

    /// <summary>Nothing is the matter.</summary>
    Calm,

    /// <summary>It was raised, and is not over.</summary>
    Raised,
}

/// <summary>The latest word of a baseline or a trend on one series.</summary>
/// <param name="State">What it says.</param>
/// <param name="At">The time of the newest sample.</param>
/// <param name="Since">Since when, if it is raised.</param>
/// <param name="Message">Why, in a sentence.</param>
public sealed record LearntReading(LearntState State, DateTimeOffset At, DateTimeOffset? Since, string Message)
{
    /// <summary>What was expected; null while that is being learnt, and of a trend.</summary>
    public ExpectedRange? Expected { get; init; }

    /// <summary>How long until the limit, of a trend that leads there.</summary>
    public TimeSpan? TimeLeft { get; init; }
}
