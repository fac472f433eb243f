using System.Diagnostics.CodeAnalysis;
using static ChronosOps.Operator.Detection.Baselines.BaselineDefaults;

namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>What was learnt of a series that is judged as it is read. A mutable struct, stepped in place.</summary>
internal struct Baseline
{
    private Envelope _value;

    // The value against each expectation. Each has its own range: what the level alone left over says nothing of what a season leaves over.
    private Envelope _level;
    private Envelope _day;
    private Envelope _week;
    private Envelope _drift;
    private Envelope _shift;
    private LearningBounds _bounds;
    private SeasonModel _model;
    private LatestLevel _latest;
    private LatestLevel _latestResidual;
    private Hold _hold;
    private Stillness _stillness;
    private double _recent;
    private double _long;
    private int _sinceAnomaly;

    /// <summary>How many samples were learnt.</summary>
    public long Samples { get; private set; }

    /// <summary>Judges a sample, and learns it.</summary>
    /// <param name="seconds">Its time: seconds since 1970, UTC.</param>
    /// <param name="value">What is judged: finite, at most 1e30.</param>
    /// <param name="interval">The usual distance between samples in seconds; 0: not known.</param>
    /// <param name="required">The sigma from which on it can be an anomaly.</param>
    /// <param name="isCounter">Whether the value is the rate of a counter.</param>
    public BaselineVerdict Step(double seconds, double value, double interval, double required, bool isCounter)
    {
        Samples++;
        _sinceAnomaly = Samples == 1 ? Relearning : Math.Min(_sinceAnomaly + 1, Relearning);
        var floor = Math.Max(SpanFloor * _value.Span, LevelFloor * Math.Abs(_value.Mean));
        var learnt = _bounds.Clip(value, floor);
        _model.Turn(seconds, learnt);
        var residual = learnt - _model.Expected;
        Averages.Learn(ref _recent, residual, DriftWindow, Samples);
        Averages.Learn(ref _long, learnt, LongWindow, Samples);
        var far = _latest.Learn(learnt, Samples, floor, required);
        var farInSeason = _latestResidual.Learn(residual, Samples, floor, required);
        farInSeason = _model.Season == Season.None ? far : farInSeason;
        var shift = _latest.Mean - _long;

        var (usual, habit) = (Usual * required / 3, _model.IsHabit(value));
        var loudest = Loudest(learnt, residual, shift, floor, required, far, farInSeason, Quiet * usual);
        var still = _stillness.Step(value, Samples);
        loudest = still ? new Surprise(View.Stuck, 1, required) : loudest;
        var surprise = still ? loudest.Size : (habit ? loudest.WithHabit() : loudest.Size) * Belief(Samples) * Math.Min(1, _sinceAnomaly / (double)Wary);
        var score = _hold.Pass(surprise) ? surprise / (surprise + usual) : 0;
        var anomaly = score >= BaselineDetector.Threshold;
        _sinceAnomaly = anomaly ? 0 : _sinceAnomaly;
        var reach = required * Residuals().Sigma;
        var verdict = new BaselineVerdict
        {
            Score = score,
            IsAnomaly = anomaly,
            Sigma = loudest.Sigma,
            Judged = value,
            Expected = _model.Expected,
            Low = _model.Expected - reach,
            High = _model.Expected + reach,
            Season = _model.Season,
            View = anomaly ? loudest.View : View.None,
            Samples = Samples,
            State = Samples > FastWarmUp ? SampleState.Judged : SampleState.Learning,
            IsCounter = isCounter,
            IsHabit = habit,
        };
        Learn(learnt, value, shift, interval, floor);
        return verdict;
    }

    /// <summary>Takes a level for the usual one from now on, so far from what was expected.</summary>
    public void TakeLevel(double level, double by)
    {
        _model.Move(by);
        _latest.TakeLevel(level);
        _latestResidual.TakeLevel(0);
        (_long, _recent) = (level, 0);
    }

    /// <summary>How far an excess is believed, by how much is known.</summary>
    private static double Belief(long samples) => samples / (samples + Doubt);

    /// <summary>Where the value has been against the expectation that is in force.</summary>
    [UnscopedRef]
    private readonly ref readonly Envelope Residuals()
    {
        switch (_model.Season)
        {
            case Season.Day:
                return ref _day;
            case Season.Week:
                return ref _week;
            default:
                return ref _level;
        }
    }

    private readonly Surprise Loudest(double value, double residual, double shift, double floor, double required, bool far, bool farInSeason, double quiet)
    {
        ref readonly var season = ref Residuals();
        var relearnt = _sinceAnomaly >= Relearning;

        // One or two days, or one week, do not tell how far a season goes.
        var most = _model.IsProven ? double.PositiveInfinity : _level.Excess(residual, floor);
        double Required(bool isFar) => isFar || relearnt ? required : double.PositiveInfinity;
        var loudest = new Surprise(View.None, 0, season.SigmaOf(residual, floor * SigmaFloor));
        loudest = Samples > FastWarmUp ? loudest.Or(View.Value, _value, value, 1, floor, Required(far), quiet) : loudest;
        loudest = Samples > SlowWarmUp ? loudest.Or(View.Season, season, residual, Belief(season.Samples) / Belief(Samples), floor, Required(farInSeason), quiet, most) : loudest;
        return Samples > SlowWarmUp && _sinceAnomaly >= Settling
            ? loudest.Or(View.Drift, _drift, _recent, Lasting, floor, required, quiet).Or(View.Shift, _shift, shift, Lasting, floor, required, quiet)
            : loudest;
    }

    private void Learn(double learnt, double value, double shift, double interval, double floor)
    {
        var rate = 1 / (interval > 0 ? Math.Clamp(MemorySeconds / interval, Memory, MostMemory) : Memory);
        _value.Learn(learnt, rate);
        _bounds.Follow(_value);
        var (level, day, week) = _model.Residuals(learnt);
        _level.LearnWary(level, rate, floor);
        if (double.IsFinite(day))
        {
            _day.LearnWary(day, rate, floor);
        }

        if (double.IsFinite(week))
        {
            _week.LearnWary(week, rate, floor);
        }

        if (Samples > MiddleWindow)
        {
            // Until then both levels are the same plain mean, and a shift is nothing: learnt, it would make the least noise a shift of many sigma.
            _shift.Learn(shift, rate);
        }

        _drift.Learn(_recent, rate * DriftForgets);
        _model.Learn(learnt, value);
    }
}
