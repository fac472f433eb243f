using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ChronosOps.Kubernetes;

/// <summary>A gauge with one series for each owner, who is asked when somebody looks. The latest of two with one name counts.</summary>
internal sealed class ObservedGauge
{
    private readonly ConcurrentDictionary<string, Func<double?>> owners = new(StringComparer.Ordinal);
    private readonly string label;

    public ObservedGauge(Meter meter, string name, string label, string help)
    {
        this.label = label;
        meter.CreateObservableGauge(name, Observe, null, help);
    }

    /// <param name="owner">The label's value.</param>
    /// <param name="ask">The value now; null: none. Must not throw.</param>
    public void Observe(string owner, Func<double?> ask) => owners[owner] = ask;

    private IEnumerable<Measurement<double>> Observe()
    {
        foreach (var (owner, ask) in owners)
        {
            if (ask() is { } value)
                yield return new Measurement<double>(value, KubernetesMetrics.Tag(label, owner));
        }
    }
}
