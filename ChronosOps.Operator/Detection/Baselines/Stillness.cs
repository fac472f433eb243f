namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// Notices a series that stands still though it hardly ever did: the same value 30 times in a row, and three times as often as ever before. Only where at most
/// one value in ten, of the last thousand, was that of the sample before: what rests at zero, or is read more often than it is written, is not judged. A mutable struct, stepped in place.
/// </summary>
internal struct Stillness
{
    private const int Least = 30;
    private const int Longer = 3;
    private const double Seldom = 0.1;
    private const double Window = 1000;

    private double _last;
    private double _repeats;
    private int _run;
    private int _longest;

    /// <summary>Takes a sample; true in the moment in which the series has stood still for too long.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="samples">How many there are with it.</param>
    public bool Step(double value, long samples)
    {
        if (samples == 1)
        {
            _last = value;
            return false;
        }

        var same = value == _last;
        _last = value;
        _longest = same ? _longest : Math.Max(_longest, _run);
        _run = same ? Math.Min(_run + 1, int.MaxValue / Longer) : 0;
        var tooLong = _run == Math.Max(Least, Longer * _longest) && _repeats < Seldom && samples > BaselineDefaults.SlowWarmUp;
        Averages.Learn(ref _repeats, same ? 1 : 0, Window, samples - 1);
        return tooLong;
    }
}
