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
public sealed class Evaluation(ISeriesSources sources, TimeSpan interval, LearntBoard? learnt = null, SpannedReader? reader = null)
{
    private const int MaxSteps = 60;

    /// <summary>About as many signs Kubernetes itself gives of a workload.</summary>
    private const int OwnSigns = 7;
    private readonly SpannedReader _reader = reader ?? new SpannedReader();
    private readonly ConcurrentDictionary<(SeriesOrigin Origin, TimeSpan Step), SeriesNeeds> _needs = new();

    /// <summary>Reads the series once and judges every workload.</summary>
    /// <param name="watched">The workloads with the policy that governs each.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends the round.</param>
    public async Task<IReadOnlyList<WorkloadReading>> RunAsync(
        IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // All sources at once: one that does not answer holds up no other.
        var readings = await Task.WhenAll(watched.GroupBy(pair => pair.Policy.Origin).Select(origin => RunOriginAsync([.. origin], origin.Key, now, cancellationToken))).ConfigureAwait(false);
        return [.. readings.SelectMany(one => one)];
    }

    /// <summary>Reads the series of one workload and judges it.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="policy">The policy that governs it.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<WorkloadReading> RunAsync(WorkloadSnapshot workload, EffectivePolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (step, source) = (StepOf(policy), sources.Of(policy.Origin));
        var answers = await AskAsync([(workload, policy)], [policy], source, policy.Origin, step, now, cancellationToken).ConfigureAwait(false);
        return Read(workload, policy, answers.Traffic[0], answers, step, source.ClockAhead, now);
    }

    private async Task<IReadOnlyList<WorkloadReading>> RunOriginAsync(
        List<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, SeriesOrigin origin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var readings = new List<WorkloadReading>();
        var source = sources.Of(origin);
        foreach (var group in watched.GroupBy(pair => StepOf(pair.Policy)))
        {
            var (step, pairs) = (group.Key, group.ToList());
            var policies = pairs.Select(pair => pair.Policy).Distinct<EffectivePolicy>(ReferenceEqualityComparer.Instance).ToList();
            var answers = await AskAsync(pairs, policies, source, origin, step, now, cancellationToken).ConfigureAwait(false);
            readings.AddRange(pairs.Select((pair, k) => Read(pair.Workload, pair.Policy, answers.Traffic[k], answers, step, source.ClockAhead, now)));
        }

        return readings;
    }

    /// <summary>Policies that look equally far back share their queries; one that looks back for an hour does not make the others coarser.</summary>
    private Task<Answers> AskAsync(
        IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, IReadOnlyList<EffectivePolicy> policies, ISeriesSource source, SeriesOrigin origin, TimeSpan step, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (!_needs.TryGetValue((origin, step), out var needs) || !needs.IsOf(policies))
        {
            _needs[(origin, step)] = needs = new SeriesNeeds(policies);
        }

        return new SeriesRound(source, origin, _reader, Grid(policies, step, now), now).AskAsync(needs, watched, cancellationToken);
    }

    private WorkloadReading Read(WorkloadSnapshot workload, EffectivePolicy policy, WorkloadTraffic seen, Answers answers, TimeSpan step, TimeSpan? clockAhead, DateTimeOffset now)
    {
        var lives = PodLives.Of(workload);
        var uncounted = answers.UncountedOf(policy);
        var failures = new List<SeriesUnavailableException>();
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
            SourceFailed = uncounted is { Reason: not SeriesReasons.TooLarge } || failures.Exists(failure => !failure.IsOfTheQuery),
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
    private List<DateTimeOffset> Grid(IReadOnlyList<EffectivePolicy> policies, TimeSpan step, DateTimeOffset now) =>
        TimeGrid.Until(now, step, (int)Math.Ceiling(policies.Max(LookBack) / step) + 2);

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
}
