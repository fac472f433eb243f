using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection.Baselines;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>
/// Makes a state that lasts of the onsets that the detector tells: from the anomaly until the value is back where it is usually found at that time. One for each series; not to be used by two threads at a time.
/// </summary>
public sealed class BaselineJudge(EffectiveSignal signal)
{
    /// <summary>With fewer samples a day's course is not known from noise.</summary>
    public const int LeastSamples = 100;

    /// <summary>After so many samples the level is the usual one, however far from the one before.</summary>
    private const int LongestSamples = 1000;

    /// <summary>So many usual samples in a row end what a single value began, or what only the mean of many showed.</summary>
    private const int Over = 2;
    private const int OverAfterDrift = 10;

    /// <summary>What has come back so far, of the way that it was off, is back.</summary>
    private const double Back = 0.25;

    private readonly EffectiveBaseline _baseline = signal.Baseline ?? throw new ArgumentException("the signal has no baseline", nameof(signal));
    private BaselineDetector _detector;
    private BaselineVerdict _last;
    private DateTimeOffset _at;
    private Raised? _raised;
    private Relearnt? _relearnt;
    private (DateTimeOffset At, long Sample) _released;

    /// <summary>Judges the next sample, and learns it.</summary>
    /// <param name="time">Its time.</param>
    /// <param name="value">Its value.</param>
    /// <param name="release">The release that the workload runs now.</param>
    public void Step(DateTimeOffset time, double value, Release release = default)
    {
        var verdict = _detector.Step(time.ToUnixTimeMilliseconds() / 1000.0, value, SensitivityOf(_baseline.Sensitivity));
        if (verdict.State is SampleState.NotANumber or SampleState.Late || double.IsNaN(verdict.Judged))
        {
            return;
        }

        (_last, _at) = (verdict, time);
        _relearnt = verdict.Samples < _relearnt?.FromSample ? null : _relearnt;
        if (time >= release.BeganAt && _released.At != release.BeganAt)
        {
            _released = (release.BeganAt, verdict.Samples);
        }

        var off = verdict.Judged - verdict.Expected;
        // A reading that no longer moves tells of the metric, not of what is measured.
        if (verdict.IsAnomaly && verdict.View != View.Stuck && _baseline.Concerns(off) && verdict.Samples > LeastSamples)
        {
            _raised = new Raised(_raised?.Since ?? time, verdict.Samples, Math.Max(Math.Abs(off), _raised?.Off ?? 0), Math.Max(verdict.Sigma, _raised?.Sigma ?? 0), Math.Max(verdict.Score, _raised?.Score ?? 0),
                verdict.View is View.Drift or View.Shift ? OverAfterDrift : Over, 0);
        }
        else if (_raised is { } raised)
        {
            var usual = !_baseline.Concerns(off) || Math.Abs(off) <= Math.Max(verdict.High - verdict.Expected, Back * raised.Off);
            raised = raised.Goes(usual, verdict.Judged, off);
            _raised = raised.UsualInARow >= raised.OverAfter || verdict.Samples - raised.AtSample > LongestSamples ? null : raised;
            if (_raised is { IsLevel: true } && release.Stands && _released.At == release.BeganAt && raised.IsOf(release, _released.Sample) && !(value >= release.Limit))
            {
                // What has served with it for so long is what the workload does from now on.
                _detector.TakeLevel(raised.Level, raised.By);
                (_raised, _relearnt) = (null, new Relearnt(release.BeganAt, verdict.Samples - Raised.LevelSamples));
            }
        }
    }

    /// <summary>What it says now; null before the first sample.</summary>
    public LearntReading? Read()
    {
        if (_at == default)
        {
            return null;
        }

        if (_last.Samples <= LeastSamples)
        {
            return new LearntReading(LearntState.Learning, _at, null, $"still learning what is usual: {_last.Samples} of {LeastSamples} samples");
        }

        if (_raised is null && _relearnt is { } changed && _last.Samples - changed.FromSample < LeastSamples)
        {
            return new LearntReading(LearntState.Learning, _at, null,
                $"the release of {changed.ReleasedAt.UtcDateTime:yyyy-MM-dd HH:mm'Z'} changed what is usual: {_last.Samples - changed.FromSample} of {LeastSamples} samples of it");
        }

        var expected = new ExpectedRange(_last.Low, _last.High, _raised?.Sigma ?? _last.Sigma, _last.Samples)
        {
            Score = _raised?.Score ?? _last.Score,
            Severity = _raised is null ? Severity.None : Sigmas.SeverityOf(_raised.Sigma),
            Season = _last.Season,
        };
        var season = _last.Season switch
        {
            Season.Day => ", by the time of day",
            Season.Week => ", by the hour of the week",
            _ => "",
        };
        var unit = _last.IsCounter ? " a second" : "";
        var seen = $"{signal.Describe(_last.Judged)}{unit}, usual are {signal.Describe(Math.Max(_last.Low, Floor))} to {signal.Describe(_last.High)}{season}";
        var reading = _raised is { } raised
            ? new LearntReading(LearntState.Raised, _at, raised.Since,
                $"{seen}: {Quantities.Format(Math.Round(raised.Sigma, 1))} sigma off, {expected.Severity.ToString().ToLowerInvariant()}, by {_last.Samples} samples")
            : new LearntReading(LearntState.Calm, _at, null, seen);
        return reading with { Expected = expected };
    }

    /// <summary>What cannot be negative is not expected to be.</summary>
    private double Floor => _last.Judged >= 0 ? Math.Min(0, _last.Judged) : double.NegativeInfinity;

    private static Sensitivity SensitivityOf(BaselineSensitivity sensitivity) => sensitivity switch
    {
        BaselineSensitivity.Low => Sensitivity.Low,
        BaselineSensitivity.High => Sensitivity.High,
        _ => Sensitivity.Medium,
    };

    /// <param name="ReleasedAt">When the release began that changed what is usual.</param>
    /// <param name="FromSample">The number of the sample from which on the new level is learnt.</param>
    private sealed record Relearnt(DateTimeOffset ReleasedAt, long FromSample);
}
