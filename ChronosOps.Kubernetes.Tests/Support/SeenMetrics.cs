using System.Diagnostics.Metrics;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>What one client's meter has measured: sums of counters, last values of gauges, counts of histograms.</summary>
internal sealed class SeenMetrics : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, double> values = [];

    public SeenMetrics(KubernetesMetrics metrics)
    {
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter))
                to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
    }

    /// <param name="name">The instrument.</param>
    /// <param name="tags">All its tags as <c>name=value</c>, by name.</param>
    public double? Read(string name, params string[] tags)
    {
        listener.RecordObservableInstruments();
        lock (gate)
            return values.TryGetValue($"{name}{{{string.Join(',', tags)}}}", out var value) ? value : null;
    }

    public string All()
    {
        listener.RecordObservableInstruments();
        lock (gate)
            return string.Join('\n', values.Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal));
    }

    public void Dispose() => listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal);
        var key = $"{instrument.Name}{{{string.Join(',', labels)}}}";
        lock (gate)
            values[key] = instrument.IsObservable ? value : values.GetValueOrDefault(key) + (instrument is Histogram<double> ? 1 : value);
    }
}
