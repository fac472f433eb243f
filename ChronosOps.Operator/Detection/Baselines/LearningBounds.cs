namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// How far a sample may lie outside the known range and still be learnt as it is: what lies farther is learnt as if it lay there (winsorized). The
/// bounds follow the range slowly, so that a short trouble, however large, widens what is known by little, and a lasting one is learnt in the end.
/// A mutable struct, stepped in place.
/// </summary>
internal struct LearningBounds
{
    /// <summary>What lies farther outside than so many spans is not learnt as it is.</summary>
    public const double Spans = 1.5;

    private const double Window = 30;     // samples
    private const int From = 30;          // samples; before, everything is learnt
    private const int SlowFrom = 100;

    private long _samples;
    private double _low;
    private double _high;

    /// <summary>The value, as it may be learnt.</summary>
    /// <param name="value">The value.</param>
    /// <param name="floor">The least span to measure with.</param>
    public readonly double Clip(double value, double floor)
    {
        var reach = Spans * Math.Max(_high - _low, floor);
        return _samples < From || reach <= 0 ? value : Math.Clamp(value, _low - reach, _high + reach);
    }

    /// <summary>Follows the range that is known.</summary>
    public void Follow(in Envelope known)
    {
        var share = ++_samples <= SlowFrom || _high <= _low ? 1 : 1 / Window;
        _low += (known.Low - _low) * share;
        _high += (known.High - _high) * share;
    }
}
