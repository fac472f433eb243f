using System.Diagnostics.Metrics;
using System.Text;

namespace ChronosOps.Operator.Telemetry;

/// <summary>All series of one metric. Its owner locks.</summary>
internal sealed class MetricFamily
{
    /// <summary>More series than this are not kept: a label with too many values must not fill the memory.</summary>
    public const int MaxSeries = 1000;

    private readonly Instrument _instrument;
    private readonly double[] _bounds;
    private readonly bool _adds;
    private readonly SortedDictionary<string, Cell> _cells = new(StringComparer.Ordinal);

    public MetricFamily(Instrument instrument)
    {
        (_instrument, Name) = (instrument, PrometheusText.MetricName(instrument.Name));
        var kind = instrument.GetType().Name.Split('`')[0];
        Type = kind switch
        {
            "Counter" or "ObservableCounter" => "counter",
            "Histogram" => "histogram",
            _ => "gauge",
        };

        // Plain counters report what is to be added; observable ones, and gauges, report what is.
        _adds = kind is "Counter" or "UpDownCounter";
        _bounds = Type == "histogram" ? Bounds(instrument) : [];
    }

    public string Name { get; }

    public string Type { get; }

    /// <summary>Takes a measurement.</summary>
    /// <returns>False when there are too many series.</returns>
    public bool Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.Labels(tags);
        if (!_cells.TryGetValue(labels, out var cell))
        {
            if (_cells.Count >= MaxSeries)
            {
                return false;
            }

            _cells[labels] = cell = new Cell(_bounds.Length);
        }

        if (Type == "histogram")
        {
            cell.Observe(value, _bounds);
        }
        else
        {
            cell.Value = _adds ? cell.Value + value : value;
        }

        return true;
    }

    /// <summary>Forgets what will be observed anew, so that what is gone vanishes.</summary>
    public void Forget()
    {
        if (_instrument.IsObservable)
        {
            _cells.Clear();
        }
    }

    public void Write(StringBuilder text)
    {
        if (_cells.Count == 0)
        {
            return;
        }

        PrometheusText.Header(text, Name, Type, _instrument.Description);
        foreach (var (labels, cell) in _cells)
        {
            if (Type == "histogram")
            {
                cell.WriteHistogram(text, Name, labels, _bounds);
            }
            else
            {
                PrometheusText.Sample(text, Name, labels, cell.Value);
            }
        }
    }

    private static double[] Bounds(Instrument instrument)
    {
        IEnumerable<double>? advised = instrument switch
        {
            Histogram<double> h => h.Advice?.HistogramBucketBoundaries,
            Histogram<float> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            Histogram<decimal> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            Histogram<short> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            Histogram<byte> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            _ => null,
        };
        return [.. (advised ?? [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]).Where(double.IsFinite).Distinct().Order()];
    }

    private sealed class Cell(int bounds)
    {
        private readonly long[] _buckets = new long[bounds + 1];
        private double _sum;

        public double Value { get; set; }

        public void Observe(double value, double[] bounds)
        {
            // A bucket holds what is at most its bound; what is no number only counts.
            var bucket = double.IsNaN(value) ? bounds.Length : Array.BinarySearch(bounds, value);
            _buckets[bucket < 0 ? ~bucket : bucket]++;
            _sum += value;
        }

        public void WriteHistogram(StringBuilder text, string name, string labels, double[] bounds)
        {
            var count = 0L;
            for (var i = 0; i < _buckets.Length; i++)
            {
                count += _buckets[i];
                var bound = $"le=\"{PrometheusText.Number(i < bounds.Length ? bounds[i] : double.PositiveInfinity)}\"";
                PrometheusText.Sample(text, name + "_bucket", labels.Length == 0 ? bound : $"{labels},{bound}", count);
            }

            PrometheusText.Sample(text, name + "_sum", labels, _sum);
            PrometheusText.Sample(text, name + "_count", labels, count);
        }
    }
}
