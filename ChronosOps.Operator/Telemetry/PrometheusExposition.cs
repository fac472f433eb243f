using System.Diagnostics.Metrics;
using System.Text;

namespace ChronosOps.Operator.Telemetry;

/// <summary>Listens to meters and writes what they measured in the Prometheus text format.</summary>
public sealed class PrometheusExposition : IDisposable
{
    /// <summary>The content type of <see cref="Write"/>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string DroppedName = "chronosops_metrics_dropped_total";

    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    // Scrapes one at a time; measurements only wait for the second, which nobody holds while calling foreign code.
    private readonly Lock _scrape = new();
    private readonly Lock _lock = new();
    private long _dropped;

    /// <summary>Listens from now on.</summary>
    /// <param name="meters">The meters; others are not listened to, even of the same name.</param>
    public PrometheusExposition(params Meter[] meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter))
            {
                listener.EnableMeasurementEvents(instrument, Family(instrument));
            }
        };

        // Every numeric type: an instrument without a callback of its type would vanish in silence.
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, family) => Record(family, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and writes everything.</summary>
    public string Write()
    {
        lock (_scrape)
        {
            lock (_lock)
            {
                foreach (var family in _families.Values)
                {
                    family.Forget();
                }
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // Those that threw are missing from this scrape; all others have been asked.
            }

            lock (_lock)
            {
                var text = new StringBuilder(16 * 1024);
                foreach (var family in _families.Values)
                {
                    family.Write(text);
                }

                PrometheusText.Header(text, DroppedName, "counter", "Measurements that were dropped because a metric has too many series.");
                PrometheusText.Sample(text, DroppedName, "", _dropped);
                return text.ToString();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private MetricFamily Family(Instrument instrument)
    {
        lock (_lock)
        {
            var family = new MetricFamily(instrument);
            return _families.TryAdd(family.Name, family) ? family : _families[family.Name];
        }
    }

    private void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            if (!((MetricFamily)family!).Record(value, tags))
            {
                _dropped++;
            }
        }
    }
}
