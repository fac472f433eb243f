using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>Looks into the series' history for workloads of which nothing is remembered, once for each.</summary>
public sealed class KnownGoodSeeder(ISeriesSource source, KnownGoodBook book, IncidentBook incidents, TimeProvider time, ILogger<KnownGoodSeeder> log)
{
    private readonly HashSet<string> _looked = [];

    public async Task SeedAsync(IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, CancellationToken ct)
    {
        _looked.IntersectWith(watched.Select(pair => pair.Workload.Uid));
        var blank = watched.Where(pair => !_looked.Contains(pair.Workload.Uid) && book.IsBlank(pair.Workload.Uid) && pair.Policy.KnownGoodRequests > 0 && pair.Workload.Job is null).ToList();
        if (blank.Count == 0)
        {
            return;
        }

        try
        {
            await ReadAsync(blank, ct).ConfigureAwait(false);
            _looked.UnionWith(blank.Select(pair => pair.Workload.Uid));
        }
        catch (SeriesUnavailableException e)
        {
            log.LogDebug("The history cannot be read yet: {Error}", e.Message);
        }
    }

    private async Task ReadAsync(List<(WorkloadSnapshot Workload, EffectivePolicy Policy)> blank, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var grid = TimeGrid.Until(now, KnownGoodHistory.Step, (int)(KnownGoodHistory.Depth / KnownGoodHistory.Step));
        var namespaces = blank.Select(pair => pair.Policy.Namespace).Distinct().ToList();
        var series = new TrafficSeries(grid, await Query(TrafficQueries.Requests(namespaces)).ConfigureAwait(false),
            await Query(TrafficQueries.Errors(namespaces)).ConfigureAwait(false), await Query(TrafficQueries.Latency(namespaces)).ConfigureAwait(false));
        var builder = new TrafficBuilder(series);
        foreach (var (workload, policy) in blank)
        {
            var suspects = incidents.Of(workload.Key).Select(incident => incident.Status?.Suspect?.Hash).OfType<string>().ToHashSet();
            var found = KnownGoodHistory.Read(workload, policy, builder.Of(workload), suspects, now);
            if (found.Count > 0)
            {
                book.Seed(workload.Uid, found);
                log.LogInformation("The history shows that {Workload} served well at {Revisions}", workload.Key, string.Join(", ", found.Select(good => good.Revision)));
            }
        }

        Task<IReadOnlyList<Series>> Query(string query) => source.QueryRangeAsync(query, grid[0], grid[^1], KnownGoodHistory.Step, ct);
    }
}
