using System.Diagnostics.Metrics;

namespace ChronosOps.Kubernetes;

/// <summary>The instruments of all controllers.</summary>
internal sealed class ControllerMetricsFactory
{
    public ControllerMetricsFactory(Meter meter)
    {
        Total = meter.CreateCounter<long>("controller_runtime_reconcile_total", null, "Reconciliations, by result.");
        Errors = meter.CreateCounter<long>("controller_runtime_reconcile_errors_total", null, "Reconciliations that failed.");
        TerminalErrors = meter.CreateCounter<long>("controller_runtime_terminal_reconcile_errors_total", null, "Reconciliations that failed in a way that trying again cannot help.");
        Duration = meter.CreateHistogram("controller_runtime_reconcile_time_seconds", null, "How long a reconciliation took.", tags: null, advice: KubernetesMetrics.Seconds);
        Active = new ObservedGauge(meter, "controller_runtime_active_workers", "controller", "Reconciliations that run now.");
        Most = new ObservedGauge(meter, "controller_runtime_max_concurrent_reconciles", "controller", "How many reconciliations may run at once.");
    }

    public Counter<long> Total { get; }
    public Counter<long> Errors { get; }
    public Counter<long> TerminalErrors { get; }
    public Histogram<double> Duration { get; }
    public ObservedGauge Active { get; }
    public ObservedGauge Most { get; }

    public ControllerMetrics Of(string name, int workers) => new(this, name, workers);
}

/// <summary>The series of one controller. They start at 0, so that the first error is an increase.</summary>
internal sealed class ControllerMetrics
{
    private readonly ControllerMetricsFactory all;
    private readonly KeyValuePair<string, object?> tag;
    private int active;

    public ControllerMetrics(ControllerMetricsFactory all, string name, int workers)
    {
        (this.all, tag) = (all, KubernetesMetrics.Tag("controller", name));
        all.Active.Observe(name, () => Volatile.Read(ref active));
        all.Most.Observe(name, () => workers);
        foreach (var result in new[] { "success", "error", "requeue_after" })
            all.Total.Add(0, tag, KubernetesMetrics.Tag("result", result));
        all.Errors.Add(0, tag);
        all.TerminalErrors.Add(0, tag);
    }

    /// <summary>Counts a reconciliation as running until disposed.</summary>
    public IDisposable Active()
    {
        Interlocked.Increment(ref active);
        return new Ended(this);
    }

    public void Reconciled(bool success, bool terminal, bool requeued, TimeSpan duration)
    {
        all.Total.Add(1, tag, KubernetesMetrics.Tag("result", !success ? "error" : requeued ? "requeue_after" : "success"));
        if (!success)
            all.Errors.Add(1, tag);
        if (terminal)
            all.TerminalErrors.Add(1, tag);
        all.Duration.Record(duration.TotalSeconds, tag);
    }

    private sealed class Ended(ControllerMetrics metrics) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref metrics.active);
    }
}
