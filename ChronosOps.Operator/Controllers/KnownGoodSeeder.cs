using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>Looks into the series' history for workloads of which nothing is remembered, once for each.</summary>
public sealed class KnownGoodSeeder(ISeriesSources sources, SpannedReader reader, KnownGoodBook book, IncidentBook incidents, TimeProvider time, ILogger<KnownGoodSeeder> log)
{
    /// <summary>An hour of so many workloads is held in memory at once, or of the one namespace that has more.</summary>
    private const int WorkloadsAtOnce = 500;

    private readonly HashSet<string> _looked = [];

    public async Task SeedAsync(IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, CancellationToken ct)
    {
        _looked.IntersectWith(watched.Select(pair => pair.Workload.Uid));
        var blank = watched.Where(pair => !_looked.Contains(pair.Workload.Uid) && book.IsBlank(pair.Workload.Uid) && pair.Policy.KnownGoodRequests > 0 && !pair.Workload.IsBatch).ToList();
        foreach (var batch in Batches(blank))
        {
            await ReadAsync(batch, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Whole namespaces of one source, as many as may be held at once.</summary>
    private static IEnumerable<List<(WorkloadSnapshot Workload, EffectivePolicy Policy)>> Batches(List<(WorkloadSnapshot Workload, EffectivePolicy Policy)> blank)
    {
        foreach (var origin in blank.GroupBy(pair => pair.Policy.Origin))
        {
            var batch = new List<(WorkloadSnapshot, EffectivePolicy)>();
            foreach (var ns in origin.GroupBy(pair => pair.Policy.Namespace))
            {
                if (batch.Count > 0 && batch.Count + ns.Count() > WorkloadsAtOnce)
                {
                    yield return batch;
                    batch = [];
                }

                batch.AddRange(ns);
            }

            yield return batch;
        }
    }

    private async Task ReadAsync(List<(WorkloadSnapshot Workload, EffectivePolicy Policy)> blank, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var step = KnownGoodHistory.StepFor(blank.Select(pair => pair.Policy));
        var grid = TimeGrid.Until(now, step, (int)(KnownGoodHistory.Depth / step));
        var namespaces = blank.Select(pair => pair.Policy.Namespace).Distinct().ToList();
        var origin = blank[0].Policy.Origin;
        var requests = await Query(TrafficQueries.SpannedRequests).ConfigureAwait(false);

        // A source that does not answer is not waited for three times.
        var answers = requests.Failures.Count < namespaces.Count;
        var errors = answers ? await Query(TrafficQueries.SpannedErrors).ConfigureAwait(false) : SpannedSeries.None;
        var latency = answers ? await Query(TrafficQueries.SpannedLatency).ConfigureAwait(false) : SpannedSeries.None;
        var unread = requests.Failures.Concat(errors.Failures).Concat(latency.Failures).DistinctBy(failure => failure.Key).ToDictionary();
        var builder = new TrafficBuilder(new TrafficSeries(grid, requests.Series, errors.Series, latency.Series));
        foreach (var (workload, policy) in blank)
        {
            if (unread.TryGetValue(policy.Namespace, out var failure))
            {
                log.LogDebug("The history of {Workload} cannot be read yet: {Error}", workload.Key, failure.Message);
                continue;
            }

            _looked.Add(workload.Uid);
            var suspects = incidents.Of(workload.Key).Select(incident => incident.Status?.Suspect?.Hash).OfType<string>()
                .Concat(incidents.Rollbacks(workload.Key, workload.Uid).Select(rollback => rollback.From)).ToHashSet();
            var found = KnownGoodHistory.Read(workload, policy, builder.Of(workload), suspects, now);
            if (found.Count > 0)
            {
                book.Seed(workload.Uid, found);
                log.LogInformation("The history shows that {Workload} served well at {Revisions}", workload.Key, string.Join(", ", found.Select(good => good.Revision)));
            }
        }

        Task<SpannedSeries> Query(SpannedQuery query) =>
            reader.ReadAsync(sources.Of(origin), origin, query, namespaces, new SeriesRange(grid[0], grid[^1], step), now, ct);
    }
}
