using System.Diagnostics.Metrics;

namespace ChronosOps.Kubernetes;

/// <summary>Who leads, as far as this process knows.</summary>
internal sealed class ElectionMetrics
{
    private readonly ObservedGauge master;
    private readonly Counter<long> slowpath;
    private readonly Counter<long> failures;

    public ElectionMetrics(Meter meter)
    {
        master = new ObservedGauge(meter, "leader_election_master_status", "name", "1 while this process leads, else 0.");
        slowpath = meter.CreateCounter<long>("leader_election_slowpath_total", null, "Renewals that had to read the lease first.");
        failures = meter.CreateCounter<long>("leader_election_failures_total", null, "Requests for the lease that failed.");
    }

    public void Observe(string name, Func<bool> leads)
    {
        master.Observe(name, () => leads() ? 1 : 0);
        slowpath.Add(0, KubernetesMetrics.Tag("name", name));
    }

    public void SlowPath(string name) => slowpath.Add(1, KubernetesMetrics.Tag("name", name));

    public void Failed(string name) => failures.Add(1, KubernetesMetrics.Tag("name", name));
}
