using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace ChronosOps.Operator.Detection;

/// <summary>The counts of a histogram by their bounds, in order: two arrays, of which most histograms share the first. There is one for each step of each workload, and a table would take six times the memory.</summary>
internal sealed class Buckets : IReadOnlyDictionary<double, double>
{
    private readonly double[] _bounds;
    private readonly double[] _counts;

    /// <summary>Takes counts as they are.</summary>
    /// <param name="bounds">The bounds, in order. Not to be changed afterwards.</param>
    /// <param name="counts">A count for each. Not to be changed afterwards.</param>
    public Buckets(double[] bounds, double[] counts) => (_bounds, _counts) = (bounds, counts);

    public int Count => _bounds.Length;

    /// <summary>Packs counts.</summary>
    /// <param name="counts">The counts by bound.</param>
    public static Buckets Of(IReadOnlyDictionary<double, double> counts)
    {
        double[] bounds = [.. counts.Keys.Order()];
        return new(bounds, [.. bounds.Select(bound => counts[bound])]);
    }

    /// <summary>The sums by bound; null where not all counts are packed, or their bounds differ.</summary>
    /// <param name="parts">The counts, of one histogram at least.</param>
    public static Buckets? Sum(IReadOnlyList<IReadOnlyDictionary<double, double>> parts)
    {
        if (parts[0] is not Buckets first)
        {
            return null;
        }

        var counts = (double[])first._counts.Clone();
        for (var p = 1; p < parts.Count; p++)
        {
            if (parts[p] is not Buckets part || (part._bounds != first._bounds && !part._bounds.AsSpan().SequenceEqual(first._bounds)))
            {
                return null;
            }

            for (var k = 0; k < counts.Length; k++)
            {
                counts[k] += part._counts[k];
            }
        }

        return new Buckets(first._bounds, counts);
    }

    /// <summary>One of the bounds with its count, in order.</summary>
    /// <param name="index">Which, from 0 on.</param>
    public (double Bound, double Count) At(int index) => (_bounds[index], _counts[index]);

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
