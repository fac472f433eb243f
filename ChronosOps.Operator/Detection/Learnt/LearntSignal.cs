using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>What is learnt of one signal of one workload: its baseline, its trend, or both. Not to be used by two threads at a time.</summary>
public sealed class LearntSignal(EffectiveSignal signal, SeriesOrigin origin)
{
    /// <summary>So far back a baseline reads: what is usual at an hour of the week is what both of the last two weeks show, and a day more sees each of their hours whole.</summary>
    public static readonly TimeSpan DepthOfBaselines = TimeSpan.FromDays(15);

    /// <summary>So far back a trend reads.</summary>
    public static readonly TimeSpan DepthOfTrends = TimeSpan.FromDays(7);

    /// <summary>With fewer steps at once the history would take too long to read.</summary>
    private const int FewestSteps = 60;

    /// <summary>How long it is asked for less; then it is tried whether it may be twice as much again.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly BaselineJudge? _baseline = signal.Baseline is null ? null : new BaselineJudge(signal);
    private readonly TrendJudge? _trend = signal.Trend is null ? null : new TrendJudge(signal);
    private int _mostSteps = int.MaxValue;
    private DateTimeOffset _keptUntil;

    /// <summary>The signal as it is learnt; another query, or another judgement, has to be learnt anew.</summary>
    public EffectiveSignal Signal => signal;

    /// <summary>Where its series is read; another source may know another one.</summary>
    public SeriesOrigin Origin => origin;

    /// <summary>Up to when the series has been read; null: not yet.</summary>
    public DateTimeOffset? ReadUntil { get; private set; }

    /// <summary>Whether its whole history has been read once. What is said until then is of the past.</summary>
    public bool HasCaughtUp { get; private set; }

    /// <summary>How far back the history of a signal is read.</summary>
    public static TimeSpan DepthOf(EffectiveSignal signal) => signal.Baseline is null ? DepthOfTrends : DepthOfBaselines;

    /// <summary>How many steps of it may be asked for at once: fewer after each answer that was too large or too slow, and after an hour more again.</summary>
    public int MostSteps(DateTimeOffset now)
    {
        if (_mostSteps < int.MaxValue && now >= _keptUntil)
        {
            (_mostSteps, _keptUntil) = (_mostSteps > int.MaxValue / 2 ? int.MaxValue : _mostSteps * 2, now + Kept);
        }

        return _mostSteps;
    }

    /// <summary>Asks for half as much from now on. That few steps were too much already is no matter of how many they were.</summary>
    /// <param name="steps">How many steps were too much.</param>
    /// <param name="now">The time.</param>
    public void AskForLess(int steps, DateTimeOffset now)
    {
        if (steps > FewestSteps)
        {
            (_mostSteps, _keptUntil) = (Math.Max(FewestSteps, steps / 2), now + Kept);
        }
    }

    /// <summary>Judges what is new, and learns it.</summary>
    /// <param name="points">The new points, in order of time.</param>
    /// <param name="until">Up to when the series was read, whether there was a point or not. Points after it are left to a later time.</param>
    /// <param name="isLast">Whether that is all that there is by now.</param>
    /// <param name="release">The release that the workload runs.</param>
    public void Read(IReadOnlyList<Point> points, DateTimeOffset until, bool isLast, Release release = default)
    {
        HasCaughtUp |= isLast;
        foreach (var point in points.Where(point => point.Time <= until && (ReadUntil is not { } before || point.Time > before)))
        {
            _baseline?.Step(point.Time, point.Value, release);
            _trend?.Step(point.Time, point.Value);
        }

        ReadUntil = ReadUntil > until ? ReadUntil : until;
    }

    /// <summary>What it says now.</summary>
    public LearntReadings Readings() => new(signal.Baseline is null ? null : _baseline?.Read(), signal.Trend is null ? null : _trend?.Read()) { CatchesUp = HasCaughtUp ? null : ReadUntil };
}

/// <summary>The words of both judgements on one signal.</summary>
/// <param name="Baseline">Of the baseline; null where there is none, or no sample yet.</param>
/// <param name="Trend">Of the trend; null likewise.</param>
public sealed record LearntReadings(LearntReading? Baseline, LearntReading? Trend)
{
    /// <summary>Up to when the history has been read, while that goes on; null when it is over.</summary>
    public DateTimeOffset? CatchesUp { get; init; }
}
