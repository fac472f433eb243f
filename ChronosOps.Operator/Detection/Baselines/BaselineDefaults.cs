namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// The settings of the baseline, the same for every series. Chosen on fold A of the Numenta Anomaly Benchmark and on made-up series, and frozen before fold B
/// was looked at (docs/detection.md); none was changed since. Windows are in samples, so that they fit any sampling interval.
/// </summary>
internal static class BaselineDefaults
{
    /// <summary>An excess of this share of the span scores 0.5, at medium sensitivity; it grows with the sigma that is required.</summary>
    public const double Usual = 0.013;

    /// <summary>What counts, below the sigma that is required, as at most this share of what scores 0.5.</summary>
    public const double Quiet = 0.96;

    /// <summary>What the two slow views count, against the two fast ones.</summary>
    public const double Lasting = 0.25;

    /// <summary>The number of samples after which half of an excess is believed.</summary>
    public const double Doubt = 400;

    /// <summary>The least span to measure with, as a share of the value's span.</summary>
    public const double SpanFloor = 0.01;

    /// <summary>The least span to measure with, as a share of the value's mean: a change of a flat series by less is not told apart from rounding.</summary>
    public const double LevelFloor = 0.003;

    /// <summary>A standard deviation is at least this share of the least span.</summary>
    public const double SigmaFloor = 1.0 / 6;

    /// <summary>The time constant with which ranges are forgotten, and at least <see cref="MemorySeconds"/>.</summary>
    public const double Memory = 40_000;

    /// <summary>Seven days, in seconds.</summary>
    public const double MemorySeconds = 7 * 86400;

    /// <summary>The longest time constant, in samples.</summary>
    public const double MostMemory = 1_000_000;

    /// <summary>How much faster the range of the drift is forgotten.</summary>
    public const double DriftForgets = 8;

    /// <summary>From which sample on the value is judged.</summary>
    public const int FastWarmUp = 20;

    /// <summary>From which sample on the other views are judged.</summary>
    public const int SlowWarmUp = 100;

    /// <summary>Over how many samples a lasting departure is averaged.</summary>
    public const double DriftWindow = 10;

    /// <summary>Over how many samples the latest level is averaged.</summary>
    public const double MiddleWindow = 100;

    /// <summary>Over how many samples the level before is averaged.</summary>
    public const double LongWindow = 500;

    /// <summary>For so many samples after an anomaly surprises count less, growing back.</summary>
    public const int Wary = 100;

    /// <summary>For so many samples after an anomaly its after-effect in the slow views is no news.</summary>
    public const int Settling = 300;

    /// <summary>For so many samples after an anomaly a value must be far from the latest level too, which may be a new one; in a season, its distance from what is expected must be far from what that has lately been.</summary>
    public const int Relearning = 1000;
}
