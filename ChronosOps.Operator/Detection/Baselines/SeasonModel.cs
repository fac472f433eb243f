namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// What to expect at a time: the long-run level, the time of day or the hour of the week, whichever has lately been nearest to the truth. So a
/// season is used only where the data show it. A mutable struct, stepped in place.
/// </summary>
internal struct SeasonModel
{
    private const double LevelWindow = 1000;
    private const double ErrorWindow = 500;
    private const int DayIsTrustedFrom = 50;
    private const int WeekIsTrustedFrom = 100;

    private DayProfile _day;
    private WeekProfile _week;
    private long _samples;
    private long _daySamples;
    private long _weekSamples;
    private double _level;
    private double _levelError;
    private double _dayError;
    private double _weekError;
    private int _daySlot;
    private int _weekSlot;

    /// <summary>What is expected at the time that <see cref="Turn"/> was given last.</summary>
    public double Expected { get; private set; }

    /// <summary>What that rests on.</summary>
    public Season Season { get; private set; }

    /// <summary>Turns to the time of the next sample.</summary>
    /// <param name="seconds">Seconds since 1970, UTC.</param>
    /// <param name="value">What to expect where nothing is known.</param>
    public void Turn(double seconds, double value)
    {
        (_daySlot, _weekSlot) = (DayProfile.SlotOf(seconds), WeekProfile.SlotOf(seconds));
        (Expected, Season) = (_samples > 0 ? _level : value, Season.None);
        var least = _levelError;
        if (_day.Knows(_daySlot) && _daySamples >= DayIsTrustedFrom && _dayError < least)
        {
            (Expected, Season, least) = (_day.Of(_daySlot), Season.Day, _dayError);
        }

        if (_week.Knows(_weekSlot) && _weekSamples > WeekIsTrustedFrom && _weekError < least)
        {
            (Expected, Season) = (_week.Of(_weekSlot), Season.Week);
        }
    }

    /// <summary>The value against each expectation of the time that was turned to; NaN where one is not known.</summary>
    public readonly (double Level, double Day, double Week) Residuals(double value) =>
        (_samples > 0 ? value - _level : 0, _day.Knows(_daySlot) ? value - _day.Of(_daySlot) : double.NaN, _week.Knows(_weekSlot) ? value - _week.Of(_weekSlot) : double.NaN);

    /// <summary>Whether what that rests on has been seen on three days, or in two weeks; the level always is.</summary>
    public readonly bool IsProven => Season switch
    {
        Season.Day => _day.IsProven(_daySlot),
        Season.Week => _week.IsProven(_weekSlot),
        _ => true,
    };

    /// <summary>Whether two of the last three days went as far at this time, or both of the last two weeks.</summary>
    public readonly bool IsHabit(double value) => _day.IsHabit(_daySlot, value, _level) || _week.IsHabit(_weekSlot, value, _level);

    /// <summary>Moves what is expected, at whatever time.</summary>
    public void Move(double by)
    {
        _level += by;
        _day.Move(by);
        _week.Move(by);
    }

    /// <summary>Learns the sample of the time that was turned to.</summary>
    /// <param name="learnt">The value as far as it may be learnt.</param>
    /// <param name="value">The value as it was.</param>
    public void Learn(double learnt, double value)
    {
        if (_samples > 0)
        {
            Averages.Learn(ref _levelError, Math.Abs(learnt - _level), ErrorWindow, _samples);
        }

        if (_day.Knows(_daySlot))
        {
            Averages.Learn(ref _dayError, Math.Abs(learnt - _day.Of(_daySlot)), ErrorWindow, ++_daySamples);
        }

        if (_week.Knows(_weekSlot))
        {
            Averages.Learn(ref _weekError, Math.Abs(learnt - _week.Of(_weekSlot)), ErrorWindow, ++_weekSamples);
        }

        Averages.Learn(ref _level, learnt, LevelWindow, ++_samples);
        _day.Learn(_daySlot, learnt, value);
        _week.Learn(_weekSlot, learnt, value);
    }
}
