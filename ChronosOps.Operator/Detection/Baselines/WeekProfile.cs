using System.Runtime.CompilerServices;

namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// What is usual at each hour of the week (UTC): a mean over the weeks, and how far up and down each of the last two weeks went. 2,208 bytes.
/// A mutable struct, stepped in place.
/// </summary>
internal struct WeekProfile
{
    public const int Slots = 168;
    private const int Weeks = 2;
    private const double Rate = 0.3;
    private const double WeekSeconds = 7 * 86400.0;

    // The extremes are kept as their distances from the mean, so that half a float is precise enough.
    private Means _means;
    private Extremes _high;
    private Extremes _low;
    private Visits _visits;
    private int _slot;
    private int _count;
    private double _sum;
    private float _slotHigh;
    private float _slotLow;

    /// <summary>Which hour of the week it is.</summary>
    public static int SlotOf(double seconds) => Math.Clamp((int)((seconds - Math.Floor(seconds / WeekSeconds) * WeekSeconds) / 3600), 0, Slots - 1);

    /// <summary>Whether that hour has been seen in another week.</summary>
    public readonly bool Knows(int slot) => _visits[slot] > 0;

    /// <summary>Whether that hour has been seen in so many weeks that it tells a habit.</summary>
    public readonly bool IsProven(int slot) => _visits[slot] >= Weeks;

    /// <summary>The mean of that hour over the weeks.</summary>
    public readonly double Of(int slot) => _means[slot];

    /// <summary>Whether both of the last two weeks went as far at this hour, an hour more or less, as the value does.</summary>
    /// <param name="slot">The hour of the week.</param>
    /// <param name="value">The value.</param>
    /// <param name="level">The long-run level of the series, from which "as far" is measured too.</param>
    public readonly bool IsHabit(int slot, double value, double level)
    {
        if (!IsProven(slot))
        {
            return false;
        }

        var (last, before) = (RangeAround(slot, 0), RangeAround(slot, 1));
        return Habits.Include(value, Math.Max(last.Low, before.Low), Math.Min(last.High, before.High), _means[slot], level);
    }

    /// <summary>Learns a sample.</summary>
    /// <param name="slot">The hour of the week.</param>
    /// <param name="learnt">The value as far as the mean may learn it.</param>
    /// <param name="value">The value as it was.</param>
    public void Learn(int slot, double learnt, double value)
    {
        var exact = (float)value;
        if (_count == 0 || slot != _slot)
        {
            Close();
            (_slot, _count, _sum, _slotHigh, _slotLow) = (slot, 0, 0, exact, exact);
        }

        _count++;
        _sum += learnt;
        _slotHigh = Math.Max(_slotHigh, exact);
        _slotLow = Math.Min(_slotLow, exact);
    }

    /// <summary>Moves the means. How far the weeks went stays as it was: a habit is one of what was seen.</summary>
    public void Move(double by)
    {
        for (var slot = 0; slot < Slots; slot++)
        {
            var was = (double)_means[slot];
            _means[slot] += (float)by;
            for (var at = slot * Weeks; at < (slot + 1) * Weeks; at++)
            {
                (_high[at], _low[at]) = (Pack(was + Unpack(_high[at]) - _means[slot]), Pack(was + Unpack(_low[at]) - _means[slot]));
            }
        }
    }

    private readonly (double Low, double High) RangeAround(int slot, int week)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var near = slot + Slots - 1; near <= slot + Slots + 1; near++)
        {
            var at = near % Slots;
            if (_visits[at] > week)
            {
                low = Math.Min(low, _means[at] + Unpack(_low[at * Weeks + week]));
                high = Math.Max(high, _means[at] + Unpack(_high[at * Weeks + week]));
            }
        }

        return (low, high);
    }

    private void Close()
    {
        if (_count == 0)
        {
            return;
        }

        var visits = _visits[_slot] = (byte)Math.Min(_visits[_slot] + 1, byte.MaxValue);
        var was = (double)_means[_slot];
        _means[_slot] += (float)((_sum / _count - was) * Math.Max(Rate, 1.0 / visits));
        var (mean, first) = ((double)_means[_slot], _slot * Weeks);
        (_high[first + 1], _high[first]) = (Pack(was + Unpack(_high[first]) - mean), Pack(_slotHigh - mean));
        (_low[first + 1], _low[first]) = (Pack(was + Unpack(_low[first]) - mean), Pack(_slotLow - mean));
    }

    /// <summary>The upper half of a float: all of its range, precise to a hundredth.</summary>
    private static ushort Pack(double distance) => (ushort)(BitConverter.SingleToUInt32Bits((float)distance) >> 16);

    private static double Unpack(ushort packed) => BitConverter.UInt32BitsToSingle((uint)packed << 16);

    [InlineArray(Slots)]
    private struct Means
    {
        private float _first;
    }

    [InlineArray(Slots * Weeks)]
    private struct Extremes
    {
        private ushort _first;
    }

    [InlineArray(Slots)]
    private struct Visits
    {
        private byte _first;
    }
}
