namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// The level of the last hundred samples, and how far samples usually are from it. After a shift it is the first to know the new level. A mutable
/// struct, stepped in place.
/// </summary>
internal struct LatestLevel
{
    private const double Window = 500;
    private const double Outlier = 5;
    private const int OutliersAreKnownFrom = 50;

    private double _deviation;

    public double Mean { get; private set; }

    /// <summary>Takes a level for the latest one.</summary>
    public void TakeLevel(double level) => Mean = level;

    /// <summary>Takes a sample; true if it is so many standard deviations away.</summary>
    public bool Learn(double value, long samples, double floor, double required)
    {
        Mean += (value - Mean) / Math.Min(BaselineDefaults.MiddleWindow, samples);
        var off = Math.Abs(value - Mean);
        var far = off >= required * Math.Max(_deviation * Envelope.DeviationToSigma, floor * BaselineDefaults.SigmaFloor);
        off = samples > OutliersAreKnownFrom && _deviation > 0 ? Math.Min(off, Outlier * _deviation) : off;
        Averages.Learn(ref _deviation, off, Window, samples);
        return far;
    }
}
