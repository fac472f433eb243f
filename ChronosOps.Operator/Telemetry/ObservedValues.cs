using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ChronosOps.Operator.Telemetry;

/// <summary>A gauge or counter with one label whose values are asked for at every scrape. One that cannot answer is left out; the others are not lost with it.</summary>
internal sealed class ObservedValues
{
    private readonly ConcurrentDictionary<string, Func<double?>> _values = new(StringComparer.Ordinal);
    private readonly string _label;

    public ObservedValues(Meter meter, string name, string help, string label, bool counts = false)
    {
        _label = label;
        if (counts)
        {
            meter.CreateObservableCounter(name, Observe, null, help);
        }
        else
        {
            meter.CreateObservableGauge(name, Observe, null, help);
        }
    }

    public void Add(string key, Func<double?> value) => _values[key] = value;

    private IEnumerable<Measurement<double>> Observe()
    {
        var measurements = new List<Measurement<double>>();
        foreach (var (key, ask) in _values)
        {
            try
            {
                if (ask() is { } value)
                {
                    measurements.Add(new Measurement<double>(value, new KeyValuePair<string, object?>(_label, key)));
                }
            }
            catch (Exception unable) when (unable is not OutOfMemoryException)
            {
                // A value that is missing says enough; a scrape must not fail for it.
            }
        }

        return measurements;
    }
}
