using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>
/// Who uses the processors of the workload's nodes, where it is slow. Pods of all namespaces count, so that the operator has to see them all, in Kubernetes and in its own Prometheus: from
/// that of a policy nothing is asked about others.
/// </summary>
public sealed class CpuCollector(ISeriesSources sources, NodeReader nodes, WorkloadCatalog catalog, TimeSpan interval) : ICollector
{
    /// <summary>The kubelet is scraped twice within the shortest; the longest is as far back as a trouble is told from what was before.</summary>
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(5);

    public string Subject => "CPU of the nodes";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        if (!catalog.SeesAll || request.Reading.Policy.Origin != SeriesOrigin.Own || !IsSlow(request.Reading) || NodesOf(bundle.Workload).Count == 0
            || await nodes.ReadAsync(request, cancellationToken).ConfigureAwait(false) is not { } view)
        {
            return bundle;
        }

        try
        {
            return bundle with { Cpu = await LookAsync(bundle.Workload, view, request, cancellationToken).ConfigureAwait(false) };
        }
        catch (SeriesUnavailableException e)
        {
            return bundle with { Cpu = new CpuFacts { Missing = $"the series could not be read: {e.Message}" } };
        }
    }

    /// <summary>What the series say of each node.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="view">All nodes and pods.</param>
    /// <param name="now">Cores by namespace and pod since the trouble began.</param>
    /// <param name="before">The same before it.</param>
    /// <param name="throttled">The share of periods in which a limit held a pod up.</param>
    internal static CpuFacts Of(WorkloadSnapshot workload, NodeView view, IReadOnlyDictionary<(string, string), double> now, IReadOnlyDictionary<(string, string), double> before, IReadOnlyDictionary<(string, string), double> throttled)
    {
        var own = workload.Pods.Select(pod => pod.Uid).ToHashSet();
        var facts = new List<NodeCpu>();
        var unmeasured = new List<string>();
        foreach (var name in NodesOf(workload))
        {
            var there = view.Running.Where(pod => pod.Spec.NodeName == name && !PodPhases.HasEnded(pod)).ToLookup(pod => own.Contains(pod.Uid() ?? ""));
            var cores = PodNeeds.Amount(view.Nodes.FirstOrDefault(node => node.Metadata.Name == name)?.Status?.Allocatable, "cpu");
            var (mine, others) = (Measured(there[true], now), Measured(there[false], now));
            if (cores <= 0 || mine.Count == 0)
            {
                unmeasured.Add(name);
                continue;
            }

            var earlier = Measured(there[false], before);
            var largest = others.Where(one => one.Pod.Namespace() == workload.Key.Namespace).OrderByDescending(one => one.Value).Select(one => new PodCpu(one.Pod.Name(), one.Value)).FirstOrDefault();
            facts.Add(new NodeCpu(
                name, cores, mine.Sum(one => one.Value), others.Sum(one => one.Value), Measured(there[true], before).Count > 0 ? earlier.Sum(one => one.Value) : null, largest,
                Measured(there[true], throttled).Select(one => (double?)one.Value).Max()));
        }

        return new CpuFacts { Nodes = facts, Missing = unmeasured.Count == 0 ? null : $"container_cpu_usage_seconds_total tells nothing of the pods on {string.Join(", ", unmeasured)}" };
    }

    private async Task<CpuFacts> LookAsync(WorkloadSnapshot workload, NodeView view, CollectionRequest request, CancellationToken cancellationToken)
    {
        var source = sources.Of(SeriesOrigin.Own);
        var places = NodesOf(workload).ToHashSet();
        var namespaces = view.Running.Where(pod => places.Contains(pod.Spec.NodeName ?? "")).Select(pod => pod.Namespace() ?? "").Distinct().Order(StringComparer.Ordinal).ToList();
        var since = request.Now - request.OnsetAt;
        var window = since < ShortestWindow ? ShortestWindow : since > LongestWindow ? LongestWindow : since;
        var use = PresetQueries.CpuUse(namespaces, window);
        return Of(workload, view,
            await AskAsync(use, request.Now).ConfigureAwait(false),
            await AskAsync(use, request.OnsetAt).ConfigureAwait(false),
            await AskAsync(PresetQueries.Of(SignalKind.CpuThrottling, workload.Key.Namespace, window), request.Now).ConfigureAwait(false));

        async Task<IReadOnlyDictionary<(string, string), double>> AskAsync(string query, DateTimeOffset at)
        {
            var values = new Dictionary<(string, string), double>();
            foreach (var one in await source.QueryRangeAsync(query, at, at, interval, cancellationToken).ConfigureAwait(false))
            {
                if (one.Points is [.., var last] && double.IsFinite(last.Value))
                {
                    values[(one.Labels.GetValueOrDefault("namespace") ?? "", one.Labels.GetValueOrDefault("pod") ?? "")] = last.Value;
                }
            }

            return values;
        }
    }

    /// <summary>By a latency, or by a query of the policy's own, which may be one: whoever has no processor answers late.</summary>
    private static bool IsSlow(WorkloadReading reading) => reading.Policy.Signals
        .Any(signal => signal.Kind is SignalKind.LatencyP95 or SignalKind.Query && reading.Firing.Any(firing => firing.Signal == signal.Name));

    private static IReadOnlyList<string> NodesOf(WorkloadSnapshot workload) =>
        [.. workload.PodsOf(workload.Current.Revision).Where(pod => !pod.Deleting).Select(pod => pod.Node).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    private static List<(V1Pod Pod, double Value)> Measured(IEnumerable<V1Pod> pods, IReadOnlyDictionary<(string, string), double> values) =>
        [.. pods.Where(pod => values.ContainsKey((pod.Namespace() ?? "", pod.Name()))).Select(pod => (pod, values[(pod.Namespace() ?? "", pod.Name())]))];
}
