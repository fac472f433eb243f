using System.Globalization;

namespace ChronosOps.Benchmarks.Nab;

/// <summary>
/// NAB's detector "Windowed Gaussian", which the scorer is validated with: one minus the tail probability of the value under the mean and the
/// standard deviation of 6,400 values, that move on by 100. NAB publishes 39.65, 20.87 and 47.41 for it, from scores of 12 digits.
/// </summary>
internal static class WindowedGaussian
{
    private const int Size = 6400;
    private const int Step = 100;

    public static double[] Score(NabFile file)
    {
        var (window, waiting, scores) = (new List<double>(Size), new List<double>(Step), new double[file.Values.Length]);
        var (mean, deviation) = (0.0, 1.0);
        for (var i = 0; i < scores.Length; i++)
        {
            var value = file.Values[i];
            scores[i] = i == 0 ? 0 : Rounded(1 - Tail(Math.Abs(value - mean) / deviation));
            if (window.Count < Size)
            {
                window.Add(value);
            }
            else
            {
                waiting.Add(value);
                if (waiting.Count < Step)
                {
                    continue;
                }

                window.RemoveRange(0, Step);
                window.AddRange(waiting);
                waiting.Clear();
            }

            mean = window.Average();
            deviation = Math.Sqrt(window.Average(other => (other - mean) * (other - mean)));
            deviation = deviation == 0 ? 1e-6 : deviation;
        }

        return scores;
    }

    private static double Rounded(double score) => double.Parse(score.ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>The probability that a normal variable lies farther out than z: half the complementary error function, by its continued fraction or series.</summary>
    private static double Tail(double z)
    {
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        if (z < 3)
        {
            // 1/2 - density * (z + z^3/3 + z^5/(3*5) + ...)
            var (term, sum) = (z, z);
            for (var k = 3; term > sum * 1e-17; k += 2)
            {
                term *= z * z / k;
                sum += term;
            }

            return 0.5 - density * sum;
        }

        var fraction = z;
        for (var k = 100; k > 0; k--)
        {
            fraction = z + k / fraction;
        }

        return density / fraction;
    }
}
