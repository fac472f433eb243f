namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>How far a value may go to be still what was usual at its time.</summary>
internal static class Habits
{
    // What lies this share beyond the habitual extreme, measured from the mean or the level, is still the habit.
    private const double Tolerance = 0.25;

    /// <summary>Whether a value goes no farther than what was usual.</summary>
    /// <param name="value">The value.</param>
    /// <param name="low">How low it usually went at this time.</param>
    /// <param name="high">How high it usually went at this time.</param>
    /// <param name="mean">The mean at this time.</param>
    /// <param name="level">The long-run level of the series, from which "as far" is measured too.</param>
    public static bool Include(double value, double low, double high, double mean, double level) =>
        value <= high + Tolerance * Math.Max(0, high - Math.Min(mean, level)) && value >= low - Tolerance * Math.Max(0, Math.Max(mean, level) - low);
}
