using System.Collections;
using System.Runtime.InteropServices;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>Points at equal distances: a third of the memory of points that tell their time each.</summary>
internal sealed class EvenPoints : IReadOnlyList<Point>
{
    private readonly long _first;
    private readonly long _step;
    private readonly double[] _values;

    private EvenPoints(long first, long step, double[] values) => (_first, _step, _values) = (first, step, values);

    public int Count => _values.Length;

    public Point this[int index] => new(new DateTimeOffset(_first + (index * _step), TimeSpan.Zero), _values[index]);

    /// <summary>Packs points; null where their distances are not equal, or their times do not grow.</summary>
    public static EvenPoints? Of(List<Point> points)
    {
        var all = CollectionsMarshal.AsSpan(points);
        if (all.IsEmpty)
        {
            return null;
        }

        var (first, step) = (all[0].Time.UtcTicks, all.Length > 1 ? all[1].Time.UtcTicks - all[0].Time.UtcTicks : 1);
        var values = new double[all.Length];
        for (var k = 0; k < values.Length; k++)
        {
            if (step <= 0 || all[k].Time.UtcTicks != first + (k * step))
            {
                return null;
            }

            values[k] = all[k].Value;
        }

        return new EvenPoints(first, step, values);
    }

    public IEnumerator<Point> GetEnumerator()
    {
        for (var k = 0; k < _values.Length; k++)
        {
            yield return this[k];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
