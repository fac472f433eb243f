namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>What a trend is held against.</summary>
/// <param name="Limit">Where the resource is exhausted, in the unit of the values.</param>
/// <param name="IsFloor">Whether it is exhausted by falling to the limit (free space, days to expiry) instead of by growing to it.</param>
public sealed record TrendSettings(double Limit, bool IsFloor = false)
{
    private static readonly TimeSpan LeastMemory = TimeSpan.FromHours(1);
    private static readonly TimeSpan TwoDays = TimeSpan.FromDays(2);

    /// <summary>How long before the limit it is told.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The time constant with which older samples are forgotten: a quarter of the horizon, and an hour at least. What fills up over days is seen through the course of each day.</summary>
    public TimeSpan Memory => Horizon / 4 > LeastMemory ? Horizon / 4 : LeastMemory;

    /// <summary>The shortest history that shows a trend: where the horizon is longer than two days, a morning's rise is none.</summary>
    public TimeSpan MinimumSpan => Horizon > TwoDays ? TwoDays : TimeSpan.FromMinutes(15);
}

/// <summary>What is known of the way to a limit.</summary>
public enum TrendState
{
    /// <summary>Too few samples, or too short a time.</summary>
    Learning,

    /// <summary>There is no straight way to the limit, or it is farther than the horizon.</summary>
    Calm,

    /// <summary>The limit will be reached within the horizon.</summary>
    Approaching,

    /// <summary>The limit is reached.</summary>
    Reached,
}

/// <summary>When a limit will be reached.</summary>
public readonly record struct TrendVerdict
{
    public required TrendState State { get; init; }

    /// <summary>The change per hour, in the unit of the values.</summary>
    public required double PerHour { get; init; }

    /// <summary>The time that is left; null: the limit is not on the way, or farther than a hundred years.</summary>
    public required TimeSpan? TimeLeft { get; init; }

    /// <summary>The least time that is left, at two standard errors.</summary>
    public required TimeSpan? Least { get; init; }

    /// <summary>The most time that is left, at two standard errors; null: it may never be reached.</summary>
    public required TimeSpan? Most { get; init; }

    /// <summary>How much of the movement a straight line explains, 0 to 1.</summary>
    public required double Fit { get; init; }

    /// <summary>How many samples were seen since the trend began.</summary>
    public required long Samples { get; init; }

    /// <summary>Whether somebody should be told.</summary>
    public bool IsRaised => State is TrendState.Approaching or TrendState.Reached;
}
