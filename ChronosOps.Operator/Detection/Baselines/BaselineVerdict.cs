namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>The season that the expected value rests on.</summary>
public enum Season
{
    /// <summary>None: the series is predicted best by its long-run level.</summary>
    None,

    /// <summary>The time of day.</summary>
    Day,

    /// <summary>The hour of the week.</summary>
    Week,
}

/// <summary>Which look at the series found it unusual.</summary>
public enum View
{
    /// <summary>None did.</summary>
    None,

    /// <summary>The value itself: farther out than anything remembered.</summary>
    Value,

    /// <summary>The value against what is expected at this time.</summary>
    Season,

    /// <summary>The mean of some ten samples against what is expected: a lasting departure.</summary>
    Drift,

    /// <summary>The mean of some hundred samples against that of some five hundred: a slow change of level.</summary>
    Shift,

    /// <summary>The same value again and again, of a series that used to move.</summary>
    Stuck,
}

/// <summary>Whether a sample could be judged.</summary>
public enum SampleState
{
    /// <summary>It was judged and learnt.</summary>
    Judged,

    /// <summary>It was learnt; too little is known yet to judge it.</summary>
    Learning,

    /// <summary>It is NaN or infinite: neither judged nor learnt.</summary>
    NotANumber,

    /// <summary>It is older than one that was seen: neither judged nor learnt.</summary>
    Late,
}

/// <summary>What the baseline says of one sample, with its explanation.</summary>
public readonly record struct BaselineVerdict
{
    /// <summary>From 0 (usual) to 1, comparable across series. 0.5 is the threshold. 0 while an anomaly that was raised is not yet over.</summary>
    public required double Score { get; init; }

    /// <summary>Whether an anomaly begins here. The rows that follow in the same trouble are not anomalies of their own.</summary>
    public required bool IsAnomaly { get; init; }

    /// <summary>How far off, in robust standard deviations of the view that speaks; at most 100. Of a series that is stuck: as many as make an anomaly.</summary>
    public required double Sigma { get; init; }

    /// <summary>What was judged: the value, for a counter its rate per second.</summary>
    public required double Judged { get; init; }

    /// <summary>What the value was expected to be; for a counter its rate per second.</summary>
    public required double Expected { get; init; }

    /// <summary>The lower end of the expected range.</summary>
    public required double Low { get; init; }

    /// <summary>The upper end of the expected range.</summary>
    public required double High { get; init; }

    /// <summary>The season that the expectation rests on.</summary>
    public required Season Season { get; init; }

    /// <summary>Which look at the series speaks.</summary>
    public required View View { get; init; }

    /// <summary>How many samples the judgement rests on.</summary>
    public required long Samples { get; init; }

    /// <summary>Whether it could be judged.</summary>
    public required SampleState State { get; init; }

    /// <summary>Whether the series only grows, so that its rate is judged instead.</summary>
    public required bool IsCounter { get; init; }

    /// <summary>Whether two of the last three days went as far at this time of day, or both of the last two weeks at this hour of the week.</summary>
    public required bool IsHabit { get; init; }

    /// <summary>How bad it is, if it is an anomaly.</summary>
    public Severity Severity => IsAnomaly ? Sigmas.SeverityOf(Sigma) : Severity.None;

    internal static BaselineVerdict Unjudged(SampleState state, long samples, bool isCounter) => new()
    {
        Score = 0,
        IsAnomaly = false,
        Sigma = 0,
        Judged = double.NaN,
        Expected = double.NaN,
        Low = double.NaN,
        High = double.NaN,
        Season = Season.None,
        View = View.None,
        Samples = samples,
        State = state,
        IsCounter = isCounter,
        IsHabit = false,
    };
}
