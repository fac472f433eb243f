using System.Runtime.CompilerServices;

namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>
/// What is usual at each half hour of the day (UTC): a mean over the days, and how far up and down each of the last three days went. 1,416 bytes.
/// A mutable struct, stepped in place.
/// </summary>
internal struct DayProfile
{
    public const int Slots = 48;
    private const double SlotSeconds = 86400.0 / Slots;
    private const double Rate = 0.2;
    private const double Largest = 1e30;

    private Means _means;
    private Days _high;
    private Days _low;
    private Visits _visits;
    private int _slot;
    private int _count;
    private double _sum;
    private float _slotHigh;
    private float _slotLow;

    /// <summary>Which half hour of the day it is.</summary>
    public static int SlotOf(double seconds) => Math.Clamp((int)((seconds - Math.Floor(seconds / 86400) * 86400) / SlotSeconds), 0, Slots - 1);

    /// <summary>Whether that half hour has been seen on another day.</summary>
    public readonly bool Knows(int slot) => _visits[slot] > 0;

    /// <summary>Whether that half hour has been seen on so many days that it tells a habit.</summary>
    public readonly bool IsProven(int slot) => _visits[slot] >= 3;

    /// <summary>The mean of that half hour over the days.</summary>
    public readonly double Of(int slot) => _means[slot];

    /// <summary>Whether two of the last three days went as far at this time, half an hour more or less, as the value does.</summary>
    /// <param name="slot">The half hour.</param>
    /// <param name="value">The value.</param>
    /// <param name="level">The long-run level of the series, from which "as far" is measured too.</param>
    public readonly bool IsHabit(int slot, double value, double level)
    {
        if (!IsProven(slot))
        {
            return false;
        }

        var (before, after) = ((slot + Slots - 1) % Slots, (slot + 1) % Slots);
        double Highest(in DayProfile of, int day) => Math.Max(of._high[slot * 3 + day], Math.Max(of.HighOf(before, day), of.HighOf(after, day)));
        double Lowest(in DayProfile of, int day) => Math.Min(of._low[slot * 3 + day], Math.Min(of.LowOf(before, day), of.LowOf(after, day)));
        var high = Middle(Highest(this, 0), Highest(this, 1), Highest(this, 2));
        var low = Middle(Lowest(this, 0), Lowest(this, 1), Lowest(this, 2));
        return Habits.Include(value, low, high, _means[slot], level);
    }

    /// <summary>Learns a sample.</summary>
    /// <param name="slot">The half hour.</param>
    /// <param name="learnt">The value as far as the mean may learn it.</param>
    /// <param name="value">The value as it was.</param>
    public void Learn(int slot, double learnt, double value)
    {
        var exact = (float)Math.Clamp(value, -Largest, Largest);
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

    /// <summary>Moves the means. How far the days went stays as it was: a habit is one of what was seen.</summary>
    public void Move(double by)
    {
        for (var slot = 0; slot < Slots; slot++)
        {
            _means[slot] += (float)by;
        }
    }

    private static double Middle(double a, double b, double c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));

    private readonly float HighOf(int slot, int day) => _visits[slot] > day ? _high[slot * 3 + day] : float.NegativeInfinity;

    private readonly float LowOf(int slot, int day) => _visits[slot] > day ? _low[slot * 3 + day] : float.PositiveInfinity;

    private void Close()
    {
        if (_count == 0)
        {
            return;
        }

        var visits = _visits[_slot] = (byte)Math.Min(_visits[_slot] + 1, byte.MaxValue);
        _means[_slot] += (float)((_sum / _count - _means[_slot]) * Math.Max(Rate, 1.0 / visits));
        var first = _slot * 3;
        (_high[first + 2], _high[first + 1], _high[first]) = (_high[first + 1], _high[first], _slotHigh);
        (_low[first + 2], _low[first + 1], _low[first]) = (_low[first + 1], _low[first], _slotLow);
    }

    [InlineArray(Slots)]
    private struct Means
    {
        private float _first;
    }

    [InlineArray(Slots * 3)]
    private struct Days
    {
        private float _first;
    }

    [InlineArray(Slots)]
    private struct Visits
    {
        private byte _first;
    }
}
