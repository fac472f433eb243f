using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>What came of a backtest.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="From">The first evaluation.</param>
/// <param name="To">The last one.</param>
/// <param name="Interval">Their distance.</param>
/// <param name="Followed">Each workload with its incidents.</param>
/// <param name="Strangers">Pods whose workload cannot be told.</param>
/// <param name="LearntFrom">The first time before <paramref name="From"/> of which there was anything to learn what is usual from; null: there was nothing, or nothing is learnt.</param>
internal sealed record BacktestOutcome(
    EffectivePolicy Policy, DateTimeOffset From, DateTimeOffset To, TimeSpan Interval, IReadOnlyList<PastFollower> Followed, IReadOnlyCollection<string> Strangers, DateTimeOffset? LearntFrom = null)
{
    public IEnumerable<PastIncident> Incidents => Followed.SelectMany(one => one.Incidents).OrderBy(incident => incident.DetectedAt).ThenBy(incident => incident.Workload.Name, StringComparer.Ordinal);

    public IEnumerable<PastHold> HeldDown => Followed.SelectMany(one => one.HeldDown).OrderBy(hold => hold.From).ThenBy(hold => hold.Workload.Name, StringComparer.Ordinal);
}

/// <summary>
/// Runs a policy over a stretch of history: reads some hours, evaluates every workload at every tick with the operator's own evaluation, and goes on. A workload is
/// evaluated by itself, over the series of its own pods: no other series counts for it.
/// </summary>
internal sealed class BacktestRun(EffectivePolicy policy, ISeriesSource source, TimeSpan interval, string? only = null, Func<string, PodOwner?>? ownerOf = null)
{
    /// <summary>A workload without pods for so long is gone.</summary>
    private static readonly TimeSpan Gone = TimeSpan.FromHours(1);
    private readonly HistoryWindow _window = new();
    private readonly Dictionary<PastWorkload, PastFollower> _followers = [];
    private readonly Dictionary<PastWorkload, PastLearning> _learning = [];
    private readonly TimeSpan _learningStep = interval * OperatorHost.LearningSteps;
    private readonly EarlierHistory _earlier = new(source, policy);

    /// <summary>Is told every reading, and what it rests on. For tests.</summary>
    public Action<WorkloadReading, HistoryWindow>? Observer { get; init; }

    /// <summary>Evaluates from one time to another, at whole multiples of the interval.</summary>
    public async Task<BacktestOutcome> RunAsync(DateTimeOffset from, DateTimeOffset to, Progress? progress, CancellationToken cancellationToken)
    {
        (from, to) = (TimeGrid.Until(from + interval - TimeSpan.FromTicks(1), interval, 1)[0], TimeGrid.Until(to, interval, 1)[0]);
        if (from >= to)
        {
            throw new CliException($"there is no evaluation between {Terminal.Time(from)} and {Terminal.Time(to)}");
        }

        var needs = await NeededSeries.OfAsync(policy, interval, from, cancellationToken);
        var loader = new HistoryLoader(source, _window, needs);
        var pods = new PastPods(policy, only, loader.Step, ownerOf);
        var begin = TimeGrid.Until(from - loader.LookBack, loader.Step, 1)[0];
        for (var next = from; next <= to;)
        {
            var until = TimeGrid.Until(await loader.LoadAsync(next, to, cancellationToken), interval, 1)[0];
            var changes = pods.Advance(_window, begin, TimeGrid.Until(until, loader.Step, 1)[0]);
            Meet(pods, from, to);
            if (next == from && policy.Signals.Any(signal => signal.IsLearnt))
            {
                await LearnEarlierAsync(from, progress, cancellationToken);
            }

            await FollowAsync(pods, changes, (next, until), cancellationToken);
            _window.Trim(until + interval - loader.LookBack - loader.Step);
            next = until + interval;
            await (progress?.ReportAsync((until - from) / (to - from), until, _followers.Values.Sum(one => one.Incidents.Count)) ?? Task.CompletedTask);
        }

        var followed = _followers.Values.OrderBy(one => one.Workload.Key.Name, StringComparer.Ordinal).ToList();
        var outcome = new BacktestOutcome(policy, from, to, interval, followed, pods.Strangers, _earlier.Begin);
        AskRate(outcome);
        return outcome;
    }

    private void Meet(PastPods pods, DateTimeOffset from, DateTimeOffset to)
    {
        foreach (var workload in pods.Workloads.Where(workload => !_followers.ContainsKey(workload)))
        {
            _followers[workload] = new PastFollower(workload, policy, interval, new WouldDo(source, interval), from, to);
            _learning[workload] = new PastLearning(policy, new LearntBoard(_learningStep));
        }
    }

    /// <summary>All workloads read on together, so that each part of the history is in memory once.</summary>
    private async Task LearnEarlierAsync(DateTimeOffset from, Progress? progress, CancellationToken cancellationToken)
    {
        var end = PastLearning.Before(from, _learningStep);
        var (begin, reached) = (end - Learner.DepthOf(policy), end - Learner.DepthOf(policy));
        var behind = _learning.ToList();
        await TellAsync();
        while (behind.Count > 0)
        {
            var more = new List<KeyValuePair<PastWorkload, PastLearning>>();
            foreach (var (index, one) in behind.Index())
            {
                try
                {
                    if (await one.Value.ReadOnAsync(_earlier.Of(one.Key.Key), one.Key.Snapshot, end, cancellationToken))
                    {
                        more.Add(one);
                    }
                }
                catch (SeriesUnavailableException e)
                {
                    throw new CliException($"the history before {Terminal.Time(from)}, which what is usual is learnt from, cannot be read: {e.Reason}: {e.Message}");
                }

                // Of workloads that read the same part each is a share of it.
                if (_earlier.Last is { } part && part.Start + ((part.End - part.Start) * (index + 1) / behind.Count) is var learnt && learnt > reached && learnt < end)
                {
                    reached = learnt;
                    await TellAsync();
                }
            }

            behind = more;
        }

        reached = end;
        await TellAsync();

        Task TellAsync() => progress?.LearntAsync((reached - begin) / (end - begin), reached) ?? Task.CompletedTask;
    }

    private async Task FollowAsync(PastPods pods, ILookup<PastWorkload, PodChange> changes, (DateTimeOffset From, DateTimeOffset To) ticks, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(pods.Workloads, cancellationToken, async (workload, ct) =>
            await FollowAsync(_followers[workload], _learning[workload], _window.Of(pods.PodsOf(workload)), [.. changes[workload]], ticks, ct));

    private async Task FollowAsync(
        PastFollower follower, PastLearning learning, ISeriesSource series, List<PodChange> changes, (DateTimeOffset From, DateTimeOffset To) ticks, CancellationToken cancellationToken)
    {
        var (workload, evaluation, applied) = (follower.Workload, new Evaluation(series, interval, learning.Board), 0);
        for (var now = ticks.From; now <= ticks.To; now += interval)
        {
            for (; applied < changes.Count && changes[applied].At <= now;)
            {
                var same = changes.Skip(applied).TakeWhile(change => change.At == changes[applied].At).ToList();
                workload.Apply(same);
                applied += same.Count;
            }

            if (policy.WorkloadName is null && (!workload.WasSeen || workload.GoneSince < now - Gone))
            {
                await follower.LoseAsync(now, cancellationToken);
                continue;
            }

            await learning.LearnAsync(series, workload.Snapshot, now, cancellationToken);
            var reading = await evaluation.RunAsync(workload.Snapshot, policy, now, cancellationToken);
            Observer?.Invoke(reading, _window);
            await follower.StepAsync(reading, cancellationToken);
        }
    }

    /// <summary>How many actions an hour may have is a question over all workloads, in order of time.</summary>
    private void AskRate(BacktestOutcome outcome)
    {
        var acted = new List<DateTimeOffset>();
        foreach (var incident in outcome.Incidents.Where(incident => incident.Proposal is { Verdict: Verdict.Allow } or { Reason: RateGate.Reason }).OrderBy(incident => incident.DecidedAt))
        {
            incident.Proposal = WouldDo.Propose(policy, incident.Assessment!, acted);
            if (incident.Proposal.Verdict == Verdict.Allow)
            {
                acted.Add(incident.DecidedAt!.Value);
            }
        }
    }
}
