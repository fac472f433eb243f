using ChronosOps.Kubernetes;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>What a collector starts from.</summary>
public sealed record CollectionRequest(WorkloadReading Reading, DateTimeOffset OnsetAt, DateTimeOffset Now)
{
    /// <summary>The nodes, once a collector has asked for them.</summary>
    internal Task<NodeView?>? Nodes { get; set; }
}

/// <summary>Reads one kind of evidence from outside the process and adds it to the bundle. What it cannot read it must not guess.</summary>
public interface ICollector
{
    /// <summary>What is missing when this fails, for people.</summary>
    string Subject { get; }

    /// <summary>The bundle with what was found.</summary>
    Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken);
}

/// <summary>All collectors. Adding one is a file and a line.</summary>
public sealed class Collectors
{
    private readonly IReadOnlyList<ICollector> _all;

    public Collectors(KubernetesClient client, ISeriesSources series, WorkloadCatalog catalog, SignalBoard board, KnownGoodBook book, IncidentBook incidents, ServiceGraph graph, TimeSpan interval)
    {
        var nodes = new NodeReader(client, catalog);
        _all =
        [
            new KnownGoodCollector(book, incidents),
            new SeriesCollector(series, interval),
            new EventCollector(client),
            new NeighbourCollector(catalog),
            new DependencyCollector(catalog, board, incidents, graph),
            new FellIllTooCollector(catalog, board, graph),
            new EarlierCollector(incidents),
            new ConfigCollector(client),
            new PrerequisiteCollector(client),
            new TemplateCollector(new RevisionTemplates(client)),
            new OwnershipCollector(client),
            new ScalingCollector(nodes, client, catalog),
            new ServiceCollector(client, catalog),
            new NetworkPolicyCollector(client),
            new NodeCollector(nodes, catalog),
            new CpuCollector(series, nodes, catalog, interval),
        ];
    }

    /// <summary>Collects everything. What fails becomes a gap.</summary>
    public async Task<EvidenceBundle> CollectAsync(CollectionRequest request, CancellationToken cancellationToken)
    {
        var bundle = new EvidenceBundle
        {
            CollectedAt = request.Now,
            OnsetAt = request.OnsetAt,
            Workload = request.Reading.Workload,
            Signals = request.Reading.Signals,
        };
        foreach (var collector in _all)
        {
            try
            {
                bundle = await collector.CollectAsync(bundle, request, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is KubernetesException or SeriesUnavailableException or HttpRequestException)
            {
                bundle = bundle with { Gaps = [.. bundle.Gaps, $"{collector.Subject}: {e.Message}"] };
            }
        }

        return bundle;
    }
}
