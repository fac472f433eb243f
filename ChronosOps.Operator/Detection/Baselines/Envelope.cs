namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// The range in which a quantity has been, slowly forgotten: both ends creep back to the mean. How far a value lies outside, as a share of
/// the range, needs no assumption about the distribution, so it means the same for bounded, bursty and heavy-tailed series. 48 bytes.
/// A mutable struct, stepped in place.
/// </summary>
internal struct Envelope
{
    /// <summary>The most that a value can lie outside: beyond it, farther is not worse.</summary>
    public const double Farthest = 5;

    /// <summary>The largest sigma that is told apart.</summary>
    public const double LargestSigma = 100;

    // The mean absolute deviation of a normal distribution is sqrt(2/pi) of its standard deviation.
    public const double DeviationToSigma = 1.2533;

    // An outlier counts as at most this many mean deviations, so that it does not blind the judgement of the next one.
    private const double Outlier = 5;
    private const int OutliersAreKnownFrom = 50;

    // What goes astray on more occasions than these within the memory, or for longer, is usual.
    private const int Occasions = 2;
    private const int Astray = 30;        // samples
    private const int StraysAreKnownFrom = 100;

    private int _astray;
    private float _occasions;

    /// <summary>How many values were learnt.</summary>
    public long Samples { get; private set; }

    public double Low { get; private set; }

    public double High { get; private set; }

    public double Mean { get; private set; }

    public double Deviation { get; private set; }

    public readonly double Span => High - Low;

    /// <summary>One standard deviation, estimated from the mean absolute deviation.</summary>
    public readonly double Sigma => Deviation * DeviationToSigma;

    /// <summary>How far the value lies outside, in spans: 0 inside, at most <see cref="Farthest"/>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="floor">The least span to measure with, so that a flat series does not make a mountain of a rounding error.</param>
    public readonly double Excess(double value, double floor)
    {
        var outside = Math.Max(value - High, Low - value);
        if (Samples < 2 || outside <= 0)
        {
            return 0;
        }

        var span = Math.Max(Span, floor);
        return span > 0 ? Math.Min(outside / span, Farthest) : Farthest;
    }

    /// <summary>How many standard deviations the value is from the mean.</summary>
    public readonly double SigmaOf(double value, double floor)
    {
        var (off, sigma) = (Math.Abs(value - Mean), Math.Max(Sigma, floor));
        return off == 0 ? 0 : sigma > 0 ? Math.Min(off / sigma, LargestSigma) : LargestSigma;
    }

    /// <summary>Learns a value. One that lies far outside does not widen the range before it has been that far out on a third occasion, or for 30 samples.</summary>
    /// <param name="value">The value.</param>
    /// <param name="rate">The share of what is known that is forgotten, per sample.</param>
    /// <param name="floor">The least span to measure with.</param>
    public void LearnWary(double value, double rate, double floor)
    {
        var (low, high) = (Low, High);
        var stray = IsStray(value, rate, floor);
        Learn(value, rate);
        (Low, High) = stray ? (Math.Max(Low, low), Math.Min(High, high)) : (Low, High);
    }

    /// <summary>Learns a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="rate">The share of what is known that is forgotten, per sample.</param>
    public void Learn(double value, double rate)
    {
        Samples++;
        if (Samples == 1)
        {
            Low = High = Mean = value;
            return;
        }

        var young = 1.0 / Samples;
        var off = Math.Abs(value - Mean);
        off = Samples > OutliersAreKnownFrom && Deviation > 0 ? Math.Min(off, Outlier * Deviation) : off;
        Deviation += (off - Deviation) * Math.Max(young, rate * 10);
        Mean += (value - Mean) * Math.Max(young, rate);
        High = Math.Max(High + (Mean - High) * rate, value);
        Low = Math.Min(Low + (Mean - Low) * rate, value);
    }

    private bool IsStray(double value, double rate, double floor)
    {
        _occasions -= _occasions * (float)rate;
        if (Samples < StraysAreKnownFrom || Math.Max(value - High, Low - value) < LearningBounds.Spans * Math.Max(Span, floor))
        {
            _astray = Math.Max(0, _astray - 1);
            return false;
        }

        // It takes twice as long to forget an occasion as it lasted: a trouble that comes and goes within it is one.
        _occasions += _astray == 0 ? 1 : 0;
        _astray = Math.Min(_astray + 2, 2 * Astray + 2);
        return _occasions <= Occasions && _astray <= 2 * Astray;
    }
}
