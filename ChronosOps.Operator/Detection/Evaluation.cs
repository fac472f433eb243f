using System.Collections.Concurrent;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>One round of detection over all policies: which queries are needed, and what their answers mean. The queries are few and shared.</summary>
/// <param name="sources">Where the series come from.</param>
/// <param name="interval">The distance of the evaluations.</param>
/// <param name="learnt">What is usual, for the signals that are judged by it; null: nothing is known.</param>
/// <param name="reader">Asks for many namespaces at once, and remembers how they have to be divided.</param>
/// <param name="limits">What the policies' own queries may take; null: whatever there is.</param>
public sealed class Evaluation(ISeriesSources sources, TimeSpan interval, LearntBoard? learnt = null, SpannedReader? reader = null, OwnQueryLimits? limits = null)
{
    private const int MaxSteps = 60;

    /// <summary>About as many signs Kubernetes itself gives of a workload.</summary>
    private const int OwnSigns = 7;
    private readonly SpannedReader _reader = reader ?? new SpannedReader();
    private readonly OwnQueries _own = new(sources, limits ?? OwnQueryLimits.None);
    private readonly ConcurrentDictionary<(SeriesOrigin Origin, TimeSpan Step), SeriesNeeds> _needs = new();

    /// <summary>Reads the series once and judges every workload.</summary>
    /// <param name="watched">The workloads with the policy that governs each.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends the round.</param>
    public async Task<IReadOnlyList<WorkloadReading>> RunAsync(
        IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // All sources at once: one that does not answer holds up no other.
        var shares = Begin(watched.Select(pair => pair.Policy), now);
        var readings = await Task.WhenAll(watched.GroupBy(pair => pair.Policy.Origin).Select(origin => RunOriginAsync([.. origin], origin.Key, shares, now, cancellationToken))).ConfigureAwait(false);
        Forget(watched);
        return [.. readings.SelectMany(one => one)];
    }

    /// <summary>Reads the series of one workload and judges it.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="policy">The policy that governs it.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<WorkloadReading> RunAsync(WorkloadSnapshot workload, EffectivePolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var group = new Group(StepOf(policy), [(workload, policy)], [policy]);
        return (await RunGroupsAsync([group], policy.Origin, Begin(group.Policies, now), now, cancellationToken).ConfigureAwait(false))[0];
    }

    private OwnShares Begin(IEnumerable<EffectivePolicy> policies, DateTimeOffset now) =>
        _own.Begin(policies.Distinct<EffectivePolicy>(ReferenceEqualityComparer.Instance).Where(policy => policy.Signals.Any(signal => signal.Query is not null)).Select(policy => policy.Namespace).Distinct().Count(), now);

    private Task<IReadOnlyList<WorkloadReading>> RunOriginAsync(
        List<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, SeriesOrigin origin, OwnShares shares, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var groups = from pair in watched
                     group pair by StepOf(pair.Policy) into same
                     select new Group(same.Key, [.. same], [.. same.Select(pair => pair.Policy).Distinct<EffectivePolicy>(ReferenceEqualityComparer.Instance)]);
        return RunGroupsAsync([.. groups], origin, shares, now, cancellationToken);
    }

    /// <summary>Policies that look equally far back share their queries; one that looks back for an hour does not make the others coarser. The own queries of all are asked together, so that none waits for those before it.</summary>
    private async Task<IReadOnlyList<WorkloadReading>> RunGroupsAsync(List<Group> groups, SeriesOrigin origin, OwnShares shares, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var source = sources.Of(origin);
        var asked = groups.ConvertAll(group => (Group: group, Needs: NeedsOf(group, origin), Range: RangeOf(group, now)));
        Task<IReadOnlyDictionary<OwnQuery, OwnAnswer>>? own = null;
        var readings = new List<WorkloadReading>();
        foreach (var (group, needs, range) in asked)
        {
            var answers = await new SeriesRound(source, origin, _reader, range, now).AskAsync(needs, group.Watched, AskOwn, cancellationToken).ConfigureAwait(false);
            readings.AddRange(group.Watched.Select((pair, k) => Read(pair.Workload, pair.Policy, answers.Traffic[k], answers, group.Step, source.ClockAhead, now)));
        }

        return readings;

        Task<IReadOnlyDictionary<OwnQuery, OwnAnswer>> AskOwn() =>
            own ??= _own.AskAsync(origin, [.. asked.SelectMany(one => one.Needs.Own.Select(query => new OwnQuery(query.Namespace, query.Query, one.Range)))], shares, now, cancellationToken);
    }

    private SeriesNeeds NeedsOf(Group group, SeriesOrigin origin)
    {
        if (!_needs.TryGetValue((origin, group.Step), out var needs) || !needs.IsOf(group.Policies))
        {
            _needs[(origin, group.Step)] = needs = new SeriesNeeds(group.Policies);
        }

        return needs;
    }

    /// <summary>A round is of all policies: what it did not need, none needs any more.</summary>
    private void Forget(IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched)
    {
        var needed = watched.Select(pair => pair.Policy).Distinct<EffectivePolicy>(ReferenceEqualityComparer.Instance).Select(policy => (policy.Origin, StepOf(policy))).ToHashSet();
        foreach (var key in _needs.Keys.Where(key => !needed.Contains(key)))
        {
            _needs.TryRemove(key, out _);
        }
    }

    private WorkloadReading Read(WorkloadSnapshot workload, EffectivePolicy policy, WorkloadTraffic seen, Answers answers, TimeSpan step, TimeSpan? clockAhead, DateTimeOffset now)
    {
        var lives = PodLives.Of(workload);
        var uncounted = answers.UncountedOf(policy);
        var failures = new List<SeriesUnavailableException>();
        var hasSourceFailed = uncounted is { Reason: not SeriesReasons.TooLarge };
        var signals = new List<SignalReading>(policy.Signals.Count + OwnSigns);
        foreach (var signal in policy.Signals)
        {
            var failure = answers.FailureOf(signal, policy);
            signals.Add(failure is null
                ? Judge(signal, workload, policy, lives, seen, answers, step, now)
                : new SignalReading { Signal = signal.Name, State = SignalState.Unknown, Message = $"the series could not be read: {Say(failure)}" });
            if (failure is not null)
            {
                failures.Add(failure);
                hasSourceFailed |= answers.IsOfTheSource(failure, signal, policy);
            }
        }

        AddSigns(signals, workload, policy, now);
        return new WorkloadReading
        {
            Time = now,
            Workload = workload,
            Policy = policy,
            Traffic = seen,
            SeriesError = failures.Count == 0 ? null : Say(failures[0]),
            RequestsError = uncounted is null ? null : Say(uncounted),
            SourceFailed = hasSourceFailed,
            ClockAhead = clockAhead,
            Signals = signals,
        };
    }

    private static void AddSigns(List<SignalReading> signals, WorkloadSnapshot workload, EffectivePolicy policy, DateTimeOffset now)
    {
        if (workload.Job is { } job)
        {
            signals.AddRange(JobSigns.Judge(workload, job, now));
        }
        else if (workload.CronJob is { } cron)
        {
            signals.AddRange(CronJobSigns.Judge(cron, now));
        }
        else
        {
            signals.AddRange(PodSigns.Judge(workload, policy.RolloutDeadline, now));
            signals.AddRange(ServiceSigns.Judge(workload, now));
        }
    }

    private SignalReading Judge(
        EffectiveSignal signal, WorkloadSnapshot workload, EffectivePolicy policy, PodLives lives, WorkloadTraffic traffic, Answers answers, TimeSpan step, DateTimeOffset now)
    {
        var byLimit = signal.CountsRequests
            ? TrafficJudge.Judge(signal, workload, traffic, now)
            : QueryJudge.Judge(signal, workload, lives, answers.SeriesOf(signal, policy), policy.WorkloadName is not null, step, now);
        return signal.IsLearnt ? MixedJudge.Judge(signal, workload, byLimit, learnt?.Find(workload.Key, signal), learnt?.Step ?? interval, now) : byLimit;
    }

    private static string Say(SeriesUnavailableException failure) => $"{failure.Reason}: {failure.Message}";

    /// <summary>Steps at whole multiples of the interval, so that every evaluation sees the same points.</summary>
    private SeriesRange RangeOf(Group group, DateTimeOffset now)
    {
        var grid = TimeGrid.Until(now, group.Step, (int)Math.Ceiling(group.Policies.Max(LookBack) / group.Step) + 2);
        return new SeriesRange(grid[0], grid[^1], group.Step);
    }

    /// <summary>The interval, or a multiple of it where the policy looks back so far that there would be too many points.</summary>
    private TimeSpan StepOf(EffectivePolicy policy) => interval * Math.Max(1, Math.Ceiling(LookBack(policy) / (interval * MaxSteps)));

    private TimeSpan LookBack(EffectivePolicy policy)
    {
        var longest = policy.Signals.Count == 0 ? interval * 4 : TimeSpan.Zero;
        foreach (var signal in policy.Signals)
        {
            longest = Max(longest, Max(signal.Window, signal.For + interval));
        }

        return longest;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>What is evaluated at the same steps.</summary>
    private sealed record Group(TimeSpan Step, IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> Watched, IReadOnlyList<EffectivePolicy> Policies);
}
