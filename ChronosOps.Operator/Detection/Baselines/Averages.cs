namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>Exponentially weighted means.</summary>
internal static class Averages
{
    /// <summary>Takes a value into a mean: plain at first, then weighted to about the last <paramref name="window"/> values.</summary>
    public static void Learn(ref double mean, double value, double window, long samples) => mean += (value - mean) / Math.Min(window, samples);
}
