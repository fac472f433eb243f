namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// Judges one series, sample by sample, at any sampling interval, by what it has been: one pass, constant memory
/// (<see cref="StateBytes"/> a series), no later sample is used. A mutable struct that is stepped in place, for constant memory: keep it in an array or a
/// field, and do not copy it. Not to be used by two threads at a time.
/// </summary>
/// <remarks>
/// Four views of the series (see <see cref="View"/>) each have an <see cref="Envelope"/> of where they have been. A sample is surprising by how
/// far it drives a view out of its envelope, as a share of the envelope's span, and is an anomaly when it is also far out in sigma. This is record
/// breaking, free of a distribution, in place of a tail probability that has to be estimated (compare S. Ahmad, A. Lavin, S. Purdy, Z. Agha,
/// "Unsupervised real-time anomaly detection for streaming data", Neurocomputing 262, 2017).
/// </remarks>
public struct BaselineDetector
{
    /// <summary>The state of one series, in bytes.</summary>
    public const int StateBytes = 4184;

    /// <summary>A score from here on is an anomaly.</summary>
    public const double Threshold = 0.5;

    // Larger values are judged as this one: their differences stay finite, in the profiles' floats too.
    private const double Largest = 1e30;

    private SampleClock _clock;
    private CounterSense _counter;
    private Baseline _baseline;

    /// <summary>Judges the next sample, and learns it.</summary>
    /// <param name="seconds">Its time: seconds since 1970, UTC.</param>
    /// <param name="value">Its value.</param>
    /// <param name="sensitivity">How far off it must be to be an anomaly.</param>
    public BaselineVerdict Step(double seconds, double value, Sensitivity sensitivity = Sensitivity.Medium)
    {
        if (!double.IsFinite(value) || !double.IsFinite(seconds))
        {
            return BaselineVerdict.Unjudged(SampleState.NotANumber, _baseline.Samples, _counter.IsCounter);
        }

        if (!_clock.Accept(seconds))
        {
            return BaselineVerdict.Unjudged(SampleState.Late, _baseline.Samples, _counter.IsCounter);
        }

        var readable = _counter.Read(Math.Clamp(value, -Largest, Largest), _clock.Elapsed, out var reading, out var changed);
        if (changed)
        {
            _baseline = default;
        }

        return readable
            ? _baseline.Step(seconds, Math.Clamp(reading, -Largest, Largest), _clock.Interval, sensitivity.Required(), _counter.IsCounter)
            : BaselineVerdict.Unjudged(SampleState.Learning, _baseline.Samples, _counter.IsCounter);
    }

    /// <summary>Takes a level for the usual one from now on, as after a release that changed it. What is known of the time of day and of the week moves with it; ranges stay known.</summary>
    /// <param name="level">The level: a value, of a counter a rate per second.</param>
    /// <param name="by">How far that is from what was expected.</param>
    public void TakeLevel(double level, double by) => _baseline.TakeLevel(Math.Clamp(level, -Largest, Largest), Math.Clamp(by, -Largest, Largest));
}
