using ChronosOps.Operator.Detection.Baselines;

namespace ChronosOps.Operator.Tests.Detection.Baselines;

/// <summary>Series to judge, and what is said of them.</summary>
internal static class SampleSeries
{
    /// <summary>A Monday, midnight UTC.</summary>
    public const double Monday = 1_700_438_400;
    public const double Day = 86400;

    public static IEnumerable<(double Time, double Value)> Every(double seconds, int samples, Func<double, double> value) =>
        Enumerable.Range(0, samples).Select(k => (Monday + k * seconds, value(k * seconds)));

    public static List<(double Time, BaselineVerdict Verdict)> Judge(this IEnumerable<(double Time, double Value)> series, Sensitivity sensitivity = Sensitivity.Medium)
    {
        var (detector, said) = (new BaselineDetector(), new List<(double, BaselineVerdict)>());
        foreach (var (time, value) in series)
        {
            said.Add((time, detector.Step(time, value, sensitivity)));
        }

        return said;
    }

    public static int Anomalies(this IEnumerable<(double Time, BaselineVerdict Verdict)> said, double from = 0, double to = double.PositiveInfinity) =>
        said.Count(one => one.Verdict.IsAnomaly && one.Time - Monday >= from && one.Time - Monday < to);

    /// <summary>Normal noise with a standard deviation of 1, the same for each seed.</summary>
    public static Func<double> Noise(int seed)
    {
        var random = new Random(seed);
        return () => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
