namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>What a baseline has raised, and what came of it by now.</summary>
/// <param name="Since">When it was raised first.</param>
/// <param name="AtSample">The number of the sample that raised it last.</param>
/// <param name="Off">How far off it was, at most.</param>
/// <param name="Sigma">The same in standard deviations.</param>
/// <param name="Score">The highest score.</param>
/// <param name="OverAfter">How many usual samples in a row end it.</param>
/// <param name="UsualInARow">How many there were by now.</param>
internal sealed record Raised(DateTimeOffset Since, long AtSample, double Off, double Sigma, double Score, int OverAfter, int UsualInARow)
{
    /// <summary>So many samples show a level. What is raised later than that after a release began is not its doing.</summary>
    public const int LevelSamples = 60;

    /// <summary>The halves of a level differ by no more than this share of how far off it is, twice: else it is still on its way.</summary>
    private const double Steady = 1.0 / 16;

    private int _count;
    private double _firstHalf;

    /// <summary>The mean of what was judged since it was raised last, in lots of <see cref="LevelSamples"/>.</summary>
    public double Level { get; private init; }

    /// <summary>The mean of how far off that was.</summary>
    public double By { get; private init; }

    /// <summary>Whether a lot is full, and shows one level.</summary>
    public bool IsLevel => _count == LevelSamples && Math.Abs(By - _firstHalf) <= Steady * Math.Abs(By);

    /// <summary>The next sample, which raises nothing new.</summary>
    /// <param name="usual">Whether it is usual.</param>
    /// <param name="judged">What was judged.</param>
    /// <param name="off">How far off it is.</param>
    public Raised Goes(bool usual, double judged, double off)
    {
        var before = _count == LevelSamples ? this with { _count = 0, Level = 0, By = 0 } : this;
        var (count, by) = (before._count + 1, before.By + ((off - before.By) / (before._count + 1)));
        return before with
        {
            UsualInARow = usual ? UsualInARow + 1 : 0,
            _count = count,
            Level = before.Level + ((judged - before.Level) / count),
            By = by,
            _firstHalf = count <= LevelSamples / 2 ? by : before._firstHalf,
        };
    }

    /// <summary>Whether it began soon after a release.</summary>
    /// <param name="release">The release.</param>
    /// <param name="itsSample">The number of the first sample after it began.</param>
    public bool IsOf(Release release, long itsSample) => Since >= release.BeganAt && AtSample - itsSample <= LevelSamples;
}
