namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// Raises a trouble once: what has been surprising lately has to be surpassed before anything is raised again, and what was surprising is
/// forgotten with a time constant of 60 samples. A mutable struct, stepped in place.
/// </summary>
internal struct Hold
{
    // exp(-1/60)
    private const double Decay = 0.98347145;
    private const double Surpass = 1.1;

    private double _level;

    /// <summary>Takes a surprise; false while it is part of one that was seen.</summary>
    public bool Pass(double surprise)
    {
        _level *= Decay;
        var passes = surprise > _level * Surpass;
        _level = Math.Max(_level, surprise);
        return passes;
    }
}
