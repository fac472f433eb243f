namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// Judges one series, sample by sample, at any sampling interval, by what it has been: one pass, constant memory
/// (<see cref="StateBytes"/> a series), no later sample is used. A mutable struct that is stepped in place, for constant memory: keep it in an array or a
/// field, and do not copy it. Not to be used by two threads at a time.
/// </summary>
/// <remarks>
/// Four views of the series (see <see cref="View"/>) each have an <see cref="Envelope"/> of where they have been. A sample is surprising by how
/// far it drives a view out of its envelope, as a share of the envelope's span, and is an anomaly when it is also far out in sigma. This is the idea of
/// record breaking, free of a distribution, in place of a tail probability that has to be estimated (compare N. Ahmad, S. Lavin, S. Purdy, Z. Agha,
/// "Unsupervised real-time anomaly detection for streaming data", Neurocomputing 262, 2017). Memory and windows are counted in samples, and
/// the memory is at least seven days.
/// </remarks>
public struct BaselineDetector
{
    /// <summary>The state of one series, in bytes.</summary>
    public const int StateBytes = 2664;

    /// <summary>A score from here on is an anomaly.</summary>
    public const double Threshold = 0.5;

    // Chosen on fold A of NAB (docs/detection.md), frozen before fold B was looked at. The same for every series.
    private const double Usual = 0.013;       // an excess of this share of the span scores 0.5, at 3 sigma
    private const double Lasting = 0.25;      // what the slow views count, against the fast ones
    private const double Doubt = 400;         // samples after which half of an excess is believed
    private const double SpanFloor = 0.01;    // of the value's span
    private const double LevelFloor = 0.003;  // of the value's mean
    private const double Memory = 40_000;     // samples
    private const double DriftMemory = 5_000;
    private const double MemorySeconds = 7 * 86400;
    private const double MostMemory = 1_000_000;
    private const int FastWarmUp = 20;
    private const int SeasonWarmUp = 100;
    private const double DriftWindow = 10;
    private const double ShiftWindow = 100;
    private const double LevelWindow = 500;
    private const int Settling = 300;         // samples after an anomaly in which its after-effect in the slow views is no news
    private const int Wary = 100;             // samples after an anomaly in which surprises count less, growing back
    private const int Relearning = 1000;      // samples after an anomaly in which a value must be far from the latest level too, which may be a new one
    private const double NearWindow = 500;
    private const double NearOutlier = 5;
    private const double Largest = 1e30;

    private SampleClock _clock;
    private CounterSense _counter;
    private Baseline _learnt;

    /// <summary>Judges the next sample, and learns it.</summary>
    /// <param name="seconds">Its time: seconds since 1970, UTC.</param>
    /// <param name="value">Its value.</param>
    /// <param name="sensitivity">How far off it must be to be an anomaly.</param>
    public BaselineVerdict Step(double seconds, double value, Sensitivity sensitivity = Sensitivity.Medium)
    {
        if (!double.IsFinite(value) || !double.IsFinite(seconds))
        {
            return BaselineVerdict.Unjudged(SampleState.NotANumber, _learnt.Samples, _counter.IsCounter);
        }

        if (!_clock.Accept(seconds))
        {
            return BaselineVerdict.Unjudged(SampleState.Late, _learnt.Samples, _counter.IsCounter);
        }

        var readable = _counter.Read(Math.Clamp(value, -Largest, Largest), _clock.Elapsed, out var reading, out var changed);
        if (changed)
        {
            _learnt = default;
        }

        return readable
            ? _learnt.Step(seconds, Math.Clamp(reading, -Largest, Largest), _clock.Interval, sensitivity.Required(), _counter.IsCounter)
            : BaselineVerdict.Unjudged(SampleState.Learning, _learnt.Samples, _counter.IsCounter);
    }

    /// <summary>What was learnt of what is judged.</summary>
    private struct Baseline
    {
        private Envelope _value;
        private Envelope _season;
        private Envelope _drift;
        private Envelope _shift;
        private LearningBounds _bounds;
        private SeasonModel _model;
        private Hold _hold;
        private double _recent;
        private double _middle;
        private double _long;
        private double _near;
        private int _sinceAnomaly;

        public long Samples { get; private set; }

        public BaselineVerdict Step(double seconds, double value, double interval, double required, bool isCounter)
        {
            Samples++;
            _sinceAnomaly = Samples == 1 ? Relearning : Math.Min(_sinceAnomaly + 1, Relearning);
            var floor = Math.Max(SpanFloor * _value.Span, LevelFloor * Math.Abs(_value.Mean));
            var learnt = _bounds.Clip(value, floor);
            _model.Turn(seconds, learnt);
            var residual = learnt - _model.Expected;
            Averages.Learn(ref _recent, residual, DriftWindow, Samples);
            Averages.Learn(ref _middle, learnt, ShiftWindow, Samples);
            Averages.Learn(ref _long, learnt, LevelWindow, Samples);
            var shift = _middle - _long;
            var fast = _sinceAnomaly >= Relearning || IsFarFromTheLatest(learnt, floor, required) ? required : double.PositiveInfinity;
            LearnNear(learnt);

            var (usual, quiet) = (Usual * required / 3, 0.96 * Usual * required / 3);
            var loudest = new Surprise(View.None, 0, Math.Abs(residual) > 0 ? _season.SigmaOf(residual, floor / 6) : 0);
            if (Samples > FastWarmUp)
            {
                loudest = loudest.Or(View.Value, _value, learnt, 1, floor, fast, quiet);
            }

            if (Samples > SeasonWarmUp)
            {
                loudest = loudest.Or(View.Season, _season, residual, 1, floor, fast, quiet);
            }

            if (Samples > SeasonWarmUp && _sinceAnomaly >= Settling)
            {
                loudest = loudest.Or(View.Drift, _drift, _recent, Lasting, floor, required, quiet).Or(View.Shift, _shift, shift, Lasting, floor, required, quiet);
            }

            var habit = _model.IsHabit(value);
            var surprise = habit ? loudest.WithHabit() : loudest.Size;
            surprise *= Samples / (Samples + Doubt) * Math.Min(1, _sinceAnomaly / (double)Wary);
            var score = _hold.Pass(surprise) ? surprise / (surprise + usual) : 0;
            var anomaly = score >= Threshold;
            _sinceAnomaly = anomaly ? 0 : _sinceAnomaly;
            var verdict = new BaselineVerdict
            {
                Score = score,
                IsAnomaly = anomaly,
                Sigma = loudest.Sigma,
                Expected = _model.Expected,
                Low = _model.Expected - required * _season.Sigma,
                High = _model.Expected + required * _season.Sigma,
                Season = _model.Season,
                View = anomaly ? loudest.View : View.None,
                Samples = Samples,
                State = Samples > FastWarmUp ? SampleState.Judged : SampleState.Learning,
                IsCounter = isCounter,
                IsHabit = habit,
            };
            var memory = interval > 0 ? Math.Clamp(MemorySeconds / interval, Memory, MostMemory) : Memory;
            _value.Learn(learnt, 1 / memory);
            _bounds.Follow(_value);
            _season.Learn(residual, 1 / memory);
            _shift.Learn(shift, 1 / memory);
            _drift.Learn(_recent, Memory / DriftMemory / memory);
            _model.Learn(learnt, value);
            return verdict;
        }

        private readonly bool IsFarFromTheLatest(double value, double floor, double required)
        {
            var (off, sigma) = (Math.Abs(value - _middle), Math.Max(_near * Envelope.DeviationToSigma, floor / 6));
            return off >= required * sigma;
        }

        private void LearnNear(double value)
        {
            var off = Math.Abs(value - _middle);
            off = Samples > 50 && _near > 0 ? Math.Min(off, NearOutlier * _near) : off;
            Averages.Learn(ref _near, off, NearWindow, Samples);
        }
    }
}
