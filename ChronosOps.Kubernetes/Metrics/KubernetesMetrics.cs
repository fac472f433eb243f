using System.Diagnostics.Metrics;

namespace ChronosOps.Kubernetes;

/// <summary>
/// What the layer tells about itself, under the names that client-go and controller-runtime use, so that their dashboards and
/// alerts fit. Labels are few and from fixed sets: names of controllers, kinds, methods; never of objects.
/// </summary>
public sealed class KubernetesMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ChronosOps.Kubernetes";

    internal static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    /// <summary>Makes a meter of its own, so that several in one process do not mix.</summary>
    public KubernetesMetrics()
    {
        Meter = new Meter(new MeterOptions(MeterName) { Scope = this });
        Requests = new RequestMetrics(Meter);
        Reflectors = new ReflectorMetricsFactory(Meter);
        Queues = new QueueMetricsFactory(Meter);
        Controllers = new ControllerMetricsFactory(Meter);
        Elections = new ElectionMetrics(Meter);
    }

    /// <summary>The meter, to be listened to.</summary>
    public Meter Meter { get; }

    internal RequestMetrics Requests { get; }
    internal ReflectorMetricsFactory Reflectors { get; }
    internal QueueMetricsFactory Queues { get; }
    internal ControllerMetricsFactory Controllers { get; }
    internal ElectionMetrics Elections { get; }

    public void Dispose() => Meter.Dispose();

    internal static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
