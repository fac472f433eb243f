using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>When a source that fails is asked again: after several failures in a row it is left alone, each time for longer, with a little chance in it so that several do not come back at once. Pure but for what it remembers; its owner locks.</summary>
/// <param name="interval">How often the source is asked while it answers.</param>
/// <param name="chance">From 0 to 1.</param>
internal sealed class BackOff(TimeSpan interval, Func<double> chance)
{
    private const int InARow = 3;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>A source that asks to be left alone for longer is asked all the same: it may be mistaken, and incidents wait.</summary>
    private static readonly TimeSpan LongestWish = TimeSpan.FromMinutes(5);
    private int _failures;
    private int _pauses;

    /// <summary>Until when it is left alone.</summary>
    public DateTimeOffset Until { get; private set; }

    /// <summary>The failure for which it is left alone; null where it is not.</summary>
    public SeriesUnavailableException? Why { get; private set; }

    /// <summary>The source has answered.</summary>
    public void Answered() => (_failures, _pauses, Why) = (0, 0, null);

    /// <summary>The source has failed.</summary>
    public void Failed(SeriesUnavailableException failure, DateTimeOffset now)
    {
        _failures++;
        if (_failures < InARow && Why is null && failure.RetryAfter is null)
        {
            return;
        }

        // Queries that were under way when the pause began do not make it longer.
        var pause = Why is not null && now < Until ? Until - now : Next();
        var wish = failure.RetryAfter is { } asked ? Min(asked, LongestWish) : TimeSpan.Zero;
        (Why, Until) = (failure, now + (wish > pause ? wish : pause));
    }

    /// <summary>A half, one, two, four intervals, and not more than four intervals or a minute; a fifth less or more.</summary>
    private TimeSpan Next() => Min(Min(interval * Math.Pow(2, Math.Min(_pauses++, 10) - 1), interval * 4), LongestPause) * (0.8 + (0.4 * chance()));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
