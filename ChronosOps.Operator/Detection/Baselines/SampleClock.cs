namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// Times of the samples: refuses what is late, and learns the interval. After five late samples in a row it is the clock that was wrong, and
/// theirs is taken. A mutable struct, stepped in place.
/// </summary>
internal struct SampleClock
{
    private const int TakenFrom = 5;
    private const double Window = 32;

    private double _last;
    private int _late;
    private long _steps;

    /// <summary>The usual distance between samples, in seconds; gaps count as at most three. 0: not known yet.</summary>
    public double Interval { get; private set; }

    /// <summary>The distance to the sample before, in seconds; 0 for the first, and for one of the same time.</summary>
    public double Elapsed { get; private set; }

    private bool _started;

    /// <summary>Takes the time of a sample; false if the sample is late.</summary>
    public bool Accept(double seconds)
    {
        if (_started && seconds < _last && ++_late < TakenFrom)
        {
            return false;
        }

        Elapsed = _started && _late < TakenFrom ? seconds - _last : 0;
        (_last, _late, _started) = (seconds, 0, true);
        if (Elapsed > 0)
        {
            var step = Interval > 0 ? Math.Min(Elapsed, Interval * 3) : Elapsed;
            Interval += (step - Interval) / Math.Min(Window, ++_steps);
        }

        return true;
    }
}
