using System.Globalization;
using ChronosOps.Operator.Detection.Baselines;

namespace ChronosOps.Benchmarks.Nab;

/// <summary><c>bench nab</c>: scores the shipped detector on the Numenta Anomaly Benchmark.</summary>
internal static class NabReport
{
    /// <param name="folder">NAB's data and labels.</param>
    /// <param name="fold">A or B to look at that half alone; null for all.</param>
    /// <param name="perFile">Whether each series gets a line.</param>
    public static int Run(string folder, string? fold, bool perFile)
    {
        var files = NabFile.Load(folder);
        Console.WriteLine(Invariant($"{files.Count} series, {files.Sum(file => file.Values.Length)} rows, {files.Sum(file => file.Windows.Length)} windows"));
        Line("Windowed Gaussian", [.. files.Select(file => new ScoredFile(file, WindowedGaussian.Score(file)))], "39.65 20.87 47.41 is right");
        var ours = files.Where(file => fold is null || file.Fold == fold[0]).Select(Judge).ToArray();
        Line(fold is null ? "full" : $"fold {fold}", ours, "best threshold of each profile");
        Line("at 0.5", ours, "the shipped threshold", BaselineDetector.Threshold);
        if (fold is null)
        {
            Folds(ours);
        }

        if (perFile)
        {
            foreach (var file in ours)
            {
                FileLine(file);
            }
        }

        return 0;
    }

    private static void Folds(ScoredFile[] all)
    {
        var (a, b) = (all.Where(file => file.File.Fold == 'A').ToArray(), all.Where(file => file.File.Fold == 'B').ToArray());
        Line("fold A", a, "best of its own");
        Line("fold B", b, "best of its own");
        Line("fold A at 0.5", a, "", BaselineDetector.Threshold);
        Line("fold B at 0.5", b, "", BaselineDetector.Threshold);
        var crossed = NabProfile.All.Select(profile =>
        {
            var (one, other) = (NabScorer.At(a, profile, NabScorer.Best(b, profile).Threshold), NabScorer.At(b, profile, NabScorer.Best(a, profile).Threshold));
            return Invariant($"{new NabResult(0, one.Raw + other.Raw, one.Windows + other.Windows).Normalised(profile):0.00}");
        });
        Console.WriteLine($"{"2-fold CV",-20} {string.Join(" / ", crossed)}   each fold at the other's threshold");
        var part = all.Where(file => file.File.IsOperatorLike).ToArray();
        var global = NabProfile.All.Select(profile => Invariant($"{NabScorer.At(part, profile, NabScorer.Best(all, profile).Threshold).Normalised(profile):0.00}"));
        Console.WriteLine($"{"AWS + KnownCause",-20} {string.Join(" / ", global)}   at the best threshold of all");
        Line("AWS + KC at 0.5", part, "", BaselineDetector.Threshold);
    }

    private static ScoredFile Judge(NabFile file)
    {
        var (detector, scores) = (new BaselineDetector(), new double[file.Values.Length]);
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = detector.Step(file.Times[i], file.Values[i]).Score;
        }

        return new ScoredFile(file, scores);
    }

    private static void Line(string name, ScoredFile[] files, string remark, double? threshold = null)
    {
        var results = NabProfile.All.Select(profile => (Profile: profile, Result: threshold is { } at ? NabScorer.At(files, profile, at) : NabScorer.Best(files, profile))).ToList();
        var thresholds = threshold is null ? Invariant($" ({string.Join(", ", results.Select(one => Invariant($"{one.Result.Threshold:0.####}")))})") : "";
        Console.WriteLine($"{name,-20} {string.Join(" / ", results.Select(one => Invariant($"{one.Result.Normalised(one.Profile):0.00}")))}   {remark}{thresholds}");
    }

    private static void FileLine(ScoredFile scored)
    {
        var (file, threshold) = (scored.File, BaselineDetector.Threshold);
        var found = file.Windows.Count(window => Enumerable.Range(window.First, window.Width).Any(i => i >= file.Probation && scored.Scores[i] >= threshold));
        var outside = Enumerable.Range(file.Probation, file.Values.Length - file.Probation)
            .Count(i => scored.Scores[i] >= threshold && !file.Windows.Any(window => window.First <= i && i <= window.Last));
        Console.WriteLine(Invariant($"{file.Fold} {file.Path,-58} {file.Values.Length,6} rows  found {found} of {file.Windows.Length}  outside {outside,3}  raw {NabScorer.At([scored], NabProfile.Standard, threshold).Raw,6:0.00}"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
