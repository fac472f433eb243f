namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// Tells how long it takes until a series reaches a limit: a straight line through the past, older samples weighing less (discounted least
/// squares, R. G. Brown, "Smoothing, Forecasting and Prediction of Discrete Time Series", 1963), by its running moments. A mutable struct that is stepped in
/// place, for constant memory (<see cref="StateBytes"/>).
/// </summary>
public struct TrendDetector
{
    /// <summary>The state of one series, in bytes.</summary>
    public const int StateBytes = 72;

    private const int Least = 10;

    // A step explains at most three quarters of its movement by a line; what is to be raised must be straighter than that.
    private const double StraightEnough = 0.85;
    private const double StandardErrors = 2;
    private const double FallSigmas = 6;
    private const double FallShare = 0.1;
    private const double LongestHours = 100 * 365.25 * 24;

    private double _weight;
    private double _meanTime;
    private double _meanValue;
    private double _timeTime;
    private double _timeValue;
    private double _valueValue;
    private double _last;
    private double _span;
    private int _samples;
    private int _falls;

    /// <summary>Judges the next sample. What is late, NaN or infinite changes nothing.</summary>
    /// <param name="seconds">Its time: seconds since 1970.</param>
    /// <param name="value">Its value.</param>
    /// <param name="settings">The limit.</param>
    public TrendVerdict Step(double seconds, double value, TrendSettings settings)
    {
        var sign = settings.IsFloor ? -1 : 1;
        if (double.IsFinite(seconds) && Math.Abs(value) < 1e100 && (_samples == 0 || seconds >= _last))
        {
            Learn(seconds, sign * value, sign * settings.Limit, settings.Memory.TotalSeconds);
        }

        return Judge(sign, sign * value, sign * settings.Limit, settings);
    }

    private void Learn(double seconds, double value, double limit, double memory)
    {
        if (_samples > 0)
        {
            var elapsed = seconds - _last;
            var keep = Math.Exp(-elapsed / memory);
            _weight *= keep;
            (_timeTime, _timeValue, _valueValue) = (_timeTime * keep, _timeValue * keep, _valueValue * keep);
            _meanTime -= elapsed;
            _span += elapsed;
            var (level, _, noise, _) = Line();
            _falls = _samples >= Least && level - value > Math.Max(FallSigmas * noise, FallShare * Math.Abs(limit - value)) ? _falls + 1 : 0;
            if (_falls >= 2)
            {
                // Cleaned up, restarted, rotated: the way to the limit begins anew.
                this = default;
            }
        }

        _last = seconds;
        _samples = Math.Min(_samples + 1, int.MaxValue - 1);
        _weight++;
        var (time, off) = (-_meanTime, value - _meanValue);
        _meanTime += time / _weight;
        _meanValue += off / _weight;
        _timeTime += time * -_meanTime;
        _timeValue += time * (value - _meanValue);
        _valueValue += off * (value - _meanValue);
    }

    /// <summary>The line through the past: its value now, its slope per second, the standard deviation around it, and how much it explains.</summary>
    private readonly (double Level, double Slope, double Noise, double Fit) Line()
    {
        if (_timeTime <= 0)
        {
            return (_meanValue, 0, 0, 0);
        }

        var slope = _timeValue / _timeTime;
        var noise = Math.Sqrt(Math.Max(0, _valueValue - slope * _timeValue) / Math.Max(1, _weight - 2));
        return (_meanValue - slope * _meanTime, slope, noise, _valueValue > 0 ? Math.Clamp(slope * _timeValue / _valueValue, 0, 1) : 0);
    }

    private readonly TrendVerdict Judge(int sign, double value, double limit, TrendSettings settings)
    {
        var (level, slope, noise, fit) = Line();
        var error = _timeTime > 0 ? StandardErrors * noise / Math.Sqrt(_timeTime) : 0;
        var left = HoursTo(limit - level, slope);
        var enough = _samples >= Least && _span >= settings.MinimumSpan.TotalSeconds;
        var approaching = enough && fit >= StraightEnough && left <= settings.Horizon.TotalHours;
        return new TrendVerdict
        {
            State = value >= limit ? TrendState.Reached : !enough ? TrendState.Learning : approaching ? TrendState.Approaching : TrendState.Calm,
            PerHour = sign * slope * 3600,
            TimeLeft = value >= limit ? TimeSpan.Zero : enough ? Hours(left) : null,
            Least = value >= limit ? TimeSpan.Zero : enough ? Hours(HoursTo(limit - level - StandardErrors * noise, slope + error)) : null,
            Most = value >= limit ? TimeSpan.Zero : enough ? Hours(HoursTo(limit - level + StandardErrors * noise, slope - error)) : null,
            Fit = fit,
            Samples = _samples,
        };
    }

    private static double HoursTo(double way, double slope) => way <= 0 ? 0 : slope > 0 ? way / slope / 3600 : double.PositiveInfinity;

    private static TimeSpan? Hours(double hours) => hours < LongestHours ? TimeSpan.FromHours(hours) : null;
}
