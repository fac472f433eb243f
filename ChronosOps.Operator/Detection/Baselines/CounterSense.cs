namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// Notices a series that only grows (a counter), and turns it into its rate. A fall to a fifth or less is a reset, as of a restarted process;
/// any smaller fall proves that it was no counter. A mutable struct, stepped in place.
/// </summary>
internal struct CounterSense
{
    private const int Watched = 60;
    private const double Reset = 0.2;

    private double _last;
    private int _seen;
    private int _rises;
    private bool _fell;

    /// <summary>Whether the series is taken for a counter.</summary>
    public bool IsCounter { get; private set; }

    /// <summary>Reads a sample.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="elapsed">Seconds since the sample before.</param>
    /// <param name="reading">What is to be judged: the value, or the rate per second.</param>
    /// <param name="changed">Whether what is judged has become something else, so that what was learnt is void.</param>
    /// <returns>False if this sample tells no rate: one of the same time as another, or one that follows a reset.</returns>
    public bool Read(double value, double elapsed, out double reading, out bool changed)
    {
        var (was, before, first) = (IsCounter, _last, _seen == 0);
        _last = value;
        _seen = Math.Min(_seen + 1, Watched + 1);
        if (!first && value < before)
        {
            _fell |= before <= 0 || value < 0 || value > Reset * before || !was;
        }

        _rises += !first && value > before && _seen <= Watched ? 1 : 0;
        IsCounter = !_fell && (was || (_seen == Watched && _rises * 2 >= Watched));
        changed = IsCounter != was;
        var rated = elapsed > 0 && value >= before;
        reading = !IsCounter ? value : rated ? (value - before) / elapsed : 0;
        return !IsCounter || rated;
    }
}
