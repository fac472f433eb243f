using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace ChronosOps.Operator.Detection;

/// <summary>The counts of a histogram by their bounds, in order: two arrays, of which most histograms share the first. There is one for each step of each workload, and a table would take six times the memory.</summary>
internal sealed class Buckets : IReadOnlyDictionary<double, double>
{
    private readonly double[] _bounds;
    private readonly double[] _counts;

    /// <summary>Packs counts.</summary>
    /// <param name="counts">The counts by bound.</param>
    /// <param name="bounds">The bounds of the histogram that was packed before, and then of this one.</param>
    public Buckets(Dictionary<double, double> counts, ref double[] bounds)
    {
        double[] sorted = [.. counts.Keys.Order()];
        bounds = sorted.AsSpan().SequenceEqual(bounds) ? bounds : sorted;
        _bounds = bounds;
        _counts = [.. _bounds.Select(bound => counts[bound])];
    }

    /// <summary>Takes counts as they are.</summary>
    /// <param name="bounds">The bounds, in order. Not to be changed afterwards.</param>
    /// <param name="counts">A count for each. Not to be changed afterwards.</param>
    public Buckets(double[] bounds, double[] counts) => (_bounds, _counts) = (bounds, counts);

    public int Count => _bounds.Length;

    /// <summary>The sums by bound; null where the bounds differ.</summary>
    public static Buckets? Sum(IReadOnlyList<Buckets> parts)
    {
        var bounds = parts[0]._bounds;
        var counts = (double[])parts[0]._counts.Clone();
        foreach (var part in parts.Skip(1))
        {
            if (part._bounds != bounds && !part._bounds.AsSpan().SequenceEqual(bounds))
            {
                return null;
            }

            for (var k = 0; k < counts.Length; k++)
            {
                counts[k] += part._counts[k];
            }
        }

        return new Buckets(bounds, counts);
    }

    public IEnumerable<double> Keys => _bounds;

    public IEnumerable<double> Values => _counts;

    public double this[double key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no bound {key}");

    public bool ContainsKey(double key) => Array.BinarySearch(_bounds, key) >= 0;

    public bool TryGetValue(double key, [MaybeNullWhen(false)] out double value)
    {
        var at = Array.BinarySearch(_bounds, key);
        value = at < 0 ? 0 : _counts[at];
        return at >= 0;
    }

    public IEnumerator<KeyValuePair<double, double>> GetEnumerator()
    {
        for (var i = 0; i < _bounds.Length; i++)
        {
            yield return KeyValuePair.Create(_bounds[i], _counts[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
