using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>Asks one source all that some policies need at the same steps: a query for each kind of thing, over all their namespaces.</summary>
internal sealed class SeriesRound(ISeriesSource source, SeriesOrigin origin, SpannedReader reader, SeriesRange range, DateTimeOffset now)
{
    /// <summary>Asks. What is not answered is told by the answers.</summary>
    /// <param name="needs">What the workloads' policies need.</param>
    /// <param name="watched">The workloads with their policies.</param>
    /// <param name="askOwn">Asks the own queries of all that is evaluated of the source, at these steps and others, once. They are asked after those for everyone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Answers> AskAsync(
        SeriesNeeds needs, IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, Func<Task<IReadOnlyDictionary<OwnQuery, OwnAnswer>>> askOwn, CancellationToken cancellationToken)
    {
        var requests = SpanAsync(TrafficQueries.SpannedRequests, needs.Counted);
        var errors = SpanAsync(TrafficQueries.SpannedErrors, needs.Counted);
        var latency = SpanAsync(TrafficQueries.SpannedLatency, needs.Timed);
        var newest = reader.ReadAsync(source, origin, Freshness.Query, needs.Read, range with { Start = range.End }, now, cancellationToken);
        var spanned = needs.Presets.Select(preset => SpanAsync(preset.Query, preset.Namespaces)).ToList();
        var own = askOwn();
        var all = Task.WhenAll([requests, errors, latency, newest, own, .. spanned]);
        var isWaitedFor = !all.IsCompleted;
        await all.ConfigureAwait(false);

        var ages = await newest.ConfigureAwait(false);
        var fresh = Freshness.Read(ages.Series);
        var indices = new Dictionary<PresetQuery, (PodIndex, IReadOnlyDictionary<string, SeriesUnavailableException>)>();
        for (var k = 0; k < spanned.Count; k++)
        {
            var read = await spanned[k].ConfigureAwait(false);
            indices[needs.Presets[k].Preset] = (new PodIndex(read.Series), read.Failures);
        }

        var (served, failed, timed) = (await requests.ConfigureAwait(false), await errors.ConfigureAwait(false), await latency.ConfigureAwait(false));
        var (uncounted, tooLate) = (Failures([served, failed, timed]), Late(fresh));
        var traffic = new TrafficBuilder(new TrafficSeries(range.Grid(), Settled(served), Settled(failed), Settled(timed)));
        var answers = new Answers
        {
            Traffic = TrafficOf(watched, traffic, uncounted, tooLate),
            Uncounted = uncounted,
            Presets = indices,
            Own = OfThese(await own.ConfigureAwait(false)),
            Silent = ages.Failures,
            Late = tooLate,
        };
        if (isWaitedFor)
        {
            // Who waits for the answers goes on upon the stack of what read the last of them, which holds all series until it returns. So it returns first.
            await Task.Yield();
        }

        return answers;

        Task<SpannedSeries> SpanAsync(SpannedQuery query, IReadOnlyList<string> namespaces) => reader.ReadAsync(source, origin, query, namespaces, range, now, cancellationToken);

        IReadOnlyList<Series> Settled(SpannedSeries read) => Freshness.Settled(read.Series, fresh, range.Step, range.End);

        Dictionary<(string Namespace, string Query), OwnAnswer> OfThese(IReadOnlyDictionary<OwnQuery, OwnAnswer> all) => needs.Own.ToDictionary(one => one, one => all[new OwnQuery(one.Namespace, one.Query, range)]);
    }

    /// <summary>The traffic of each workload, in their order; none of a namespace that could not be read.</summary>
    private static WorkloadTraffic[] TrafficOf(
        IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, TrafficBuilder traffic,
        Dictionary<string, SeriesUnavailableException> uncounted, Dictionary<string, SeriesUnavailableException> late)
    {
        var of = new WorkloadTraffic[watched.Count];
        for (var k = 0; k < of.Length; k++)
        {
            var (workload, policy) = watched[k];
            of[k] = uncounted.ContainsKey(policy.Namespace) || late.ContainsKey(policy.Namespace) ? WorkloadTraffic.None : traffic.Of(workload, PodLives.Of(workload));
        }

        return of;
    }

    /// <summary>Why namespaces could not be read, by the first query that says so.</summary>
    private static Dictionary<string, SeriesUnavailableException> Failures(ReadOnlySpan<SpannedSeries> read)
    {
        var failures = new Dictionary<string, SeriesUnavailableException>();
        foreach (var one in read)
        {
            foreach (var (name, failure) in one.Failures)
            {
                failures.TryAdd(name, failure);
            }
        }

        return failures;
    }

    private Dictionary<string, SeriesUnavailableException> Late(Dictionary<string, DateTimeOffset> fresh)
    {
        var late = new Dictionary<string, SeriesUnavailableException>();
        foreach (var (name, newest) in fresh)
        {
            if (Freshness.TooLate(newest, range.End, range.Step, source.ClockAhead) is { } why)
            {
                late[name] = why;
            }
        }

        return late;
    }
}
