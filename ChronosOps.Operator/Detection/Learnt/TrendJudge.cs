using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection.Baselines;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>Tells whether a series will reach its limit soon, and since when that has been said. One for each series; not to be used by two threads at a time.</summary>
public sealed class TrendJudge(EffectiveSignal signal)
{
    /// <summary>One sample that breaks the line does not end what was raised.</summary>
    private const int Over = 2;

    private readonly EffectiveTrend _trend = signal.Trend ?? throw new ArgumentException("the signal has no trend", nameof(signal));
    private TrendDetector _detector;
    private TrendVerdict _last;
    private double _value;
    private DateTimeOffset _at;
    private DateTimeOffset? _since;
    private int _calmInARow;

    /// <summary>Judges the next sample, and learns it.</summary>
    public void Step(DateTimeOffset time, double value)
    {
        if (!double.IsFinite(value) || time < _at)
        {
            return;
        }

        _last = _detector.Step(time.ToUnixTimeMilliseconds() / 1000.0, value, new TrendSettings(_trend.Limit, _trend.IsFloor) { Horizon = _trend.Horizon });
        (_at, _value) = (time, value);
        _calmInARow = _last.IsRaised ? 0 : _calmInARow + 1;
        _since = _last.IsRaised ? _since ?? time : _calmInARow >= Over ? null : _since;
    }

    /// <summary>What it says now; null before the first sample.</summary>
    public LearntReading? Read()
    {
        if (_at == default)
        {
            return null;
        }

        var limit = $"the limit of {signal.Describe(_trend.Limit)}";
        var seen = signal.Describe(_value);
        if (_since is { } since)
        {
            var way = _last.State == TrendState.Reached
                ? $"{seen}, {limit} is reached"
                : $"{seen}, by {signal.Describe(Math.Abs(_last.PerHour))} an hour {(_trend.IsFloor ? "less" : "more")}: {limit} is reached in {Left(_last.TimeLeft)} ({Left(_last.Least)} to {Left(_last.Most)})";
            return new LearntReading(LearntState.Raised, _at, since, way) { TimeLeft = _last.TimeLeft };
        }

        return _last.State == TrendState.Learning
            ? new LearntReading(LearntState.Learning, _at, null, $"too short a history to tell a trend: {_last.Samples} samples")
            : new LearntReading(LearntState.Calm, _at, null, _last.TimeLeft is { } left && left <= _trend.Horizon * 10 ? $"{seen}, {limit} is {Left(left)} away at most" : $"{seen}, no way to {limit}");
    }

    private static string Left(TimeSpan? time) => time is { } left ? Quantities.Format(left) : "never";
}
