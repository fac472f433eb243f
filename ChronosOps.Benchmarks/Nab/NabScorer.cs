namespace ChronosOps.Benchmarks.Nab;

/// <summary>A series with the score of each of its rows.</summary>
internal sealed record ScoredFile(NabFile File, double[] Scores);

/// <summary>What a threshold is worth: before normalisation, and the number of windows it rests on.</summary>
internal readonly record struct NabResult(double Threshold, double Raw, int Windows)
{
    /// <summary>0 for a detector that says nothing, 100 for one that finds each window in its first row and nothing else.</summary>
    public double Normalised(NabProfile profile) => 100 * (Raw + profile.Missed * Windows) / ((profile.Found + profile.Missed) * Windows);
}

/// <summary>
/// The rule of the Numenta Anomaly Benchmark (A. Lavin, S. Ahmad, "Evaluating real-time anomaly detection algorithms", ICMLA 2015): a window counts by its
/// first row that is detected, the earlier the more; each detected row outside costs, less just after a window.
/// </summary>
internal static class NabScorer
{
    /// <summary>The best threshold for these series.</summary>
    public static NabResult Best(IEnumerable<ScoredFile> files, NabProfile profile) => Sweep(files, profile, double.NegativeInfinity, best: true);

    /// <summary>What these series are worth at a threshold.</summary>
    public static NabResult At(IEnumerable<ScoredFile> files, NabProfile profile, double threshold) => Sweep(files, profile, threshold, best: false);

    private static NabResult Sweep(IEnumerable<ScoredFile> files, NabProfile profile, double least, bool best)
    {
        var (marks, windows) = (new List<Mark>(), 0);
        foreach (var file in files)
        {
            marks.AddRange(Marks(file, profile, windows).Where(mark => mark.Score >= least && mark.Score > 0));
            windows += file.File.Windows.Length;
        }

        marks.Sort((one, other) => other.Score.CompareTo(one.Score));
        var of = new double[windows];
        Array.Fill(of, -profile.Missed);
        var raw = -profile.Missed * windows;
        var top = new NabResult(double.PositiveInfinity, raw, windows);
        for (var k = 0; k < marks.Count; k++)
        {
            var mark = marks[k];
            if (mark.Window < 0)
            {
                raw += mark.Worth;
            }
            else if (mark.Worth > of[mark.Window])
            {
                raw += mark.Worth - of[mark.Window];
                of[mark.Window] = mark.Worth;
            }

            if ((k + 1 == marks.Count || marks[k + 1].Score < mark.Score) && raw > top.Raw)
            {
                top = new NabResult(mark.Score, raw, windows);
            }
        }

        return best ? top : new NabResult(least, raw, windows);
    }

    /// <summary>What each row is worth if it is detected.</summary>
    private static IEnumerable<Mark> Marks(ScoredFile scored, NabProfile profile, int firstWindow)
    {
        var (windows, current) = (scored.File.Windows, 0);
        for (var i = 0; i < scored.Scores.Length; i++)
        {
            while (current < windows.Length && windows[current].Last < i)
            {
                current++;
            }

            if (i < scored.File.Probation)
            {
                continue;
            }

            if (current < windows.Length && windows[current].First <= i)
            {
                var window = windows[current];
                yield return new Mark(scored.Scores[i], firstWindow + current, profile.Found * Sigmoid(-(window.Last - i + 1.0) / window.Width) / Sigmoid(-1));
            }
            else
            {
                var past = current == 0 ? double.PositiveInfinity : (i - windows[current - 1].Last) / (windows[current - 1].Width - 1.0);
                yield return new Mark(scored.Scores[i], -1, profile.FalseAlarm * Sigmoid(past));
            }
        }
    }

    private static double Sigmoid(double position) => position > 3 ? -1 : 2 / (1 + Math.Exp(5 * position)) - 1;

    private readonly record struct Mark(double Score, int Window, double Worth);
}
