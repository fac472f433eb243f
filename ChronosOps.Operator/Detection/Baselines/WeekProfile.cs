using System.Runtime.CompilerServices;

namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>What is usual at each hour of the week (UTC): a mean over the weeks. 856 bytes. A mutable struct, stepped in place.</summary>
internal struct WeekProfile
{
    public const int Slots = 168;
    private const double Rate = 0.3;
    private const double WeekSeconds = 7 * 86400.0;

    private Means _means;
    private Visits _visits;
    private int _slot;
    private int _count;
    private double _sum;

    /// <summary>Which hour of the week it is.</summary>
    public static int SlotOf(double seconds) => Math.Clamp((int)((seconds - Math.Floor(seconds / WeekSeconds) * WeekSeconds) / 3600), 0, Slots - 1);

    /// <summary>Whether that hour has been seen in another week.</summary>
    public readonly bool Knows(int slot) => _visits[slot] > 0;

    /// <summary>The mean of that hour over the weeks.</summary>
    public readonly double Of(int slot) => _means[slot];

    /// <summary>Learns a sample.</summary>
    public void Learn(int slot, double value)
    {
        if (_count > 0 && slot != _slot)
        {
            var visits = _visits[_slot] = (byte)Math.Min(_visits[_slot] + 1, byte.MaxValue);
            _means[_slot] += (float)((_sum / _count - _means[_slot]) * Math.Max(Rate, 1.0 / visits));
            (_count, _sum) = (0, 0);
        }

        _slot = slot;
        _count++;
        _sum += value;
    }

    [InlineArray(Slots)]
    private struct Means
    {
        private float _first;
    }

    [InlineArray(Slots)]
    private struct Visits
    {
        private byte _first;
    }
}
