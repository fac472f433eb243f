using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Tests.Detection.Learnt;

/// <summary>A series source whose one series is a function of time, and what the operator makes of it: learnt minute by minute, judged by the same code as live.</summary>
internal sealed class LearntSeries(Func<DateTimeOffset, double?> valueAt, EffectiveSignal signal) : ISeriesSource
{
    public static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    private readonly LearntBoard _board = new(Step);

    /// <summary>Monday, 00:00 UTC.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public List<(string Query, DateTimeOffset Start, DateTimeOffset End)> Asked { get; } = [];

    /// <summary>Why the next query fails; null: it does not.</summary>
    public SeriesUnavailableException? Fails { get; set; }

    /// <summary>For more steps at once there is no answer.</summary>
    public int MostSteps { get; init; } = int.MaxValue;

    /// <summary>The time of the newest sample that has come in; null: all have. For five minutes after it Prometheus goes on showing it.</summary>
    public DateTimeOffset? Newest { get; set; }

    /// <summary>The workload of the series.</summary>
    public WorkloadSnapshot Workload { get; init; } = SampleWorkload.Settled();

    /// <summary>Whether an incident speaks against its release.</summary>
    public bool IsDoubted { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string> { ["namespace"] = "shop" };

    public static EffectiveSignal Disk(EffectiveBaseline? baseline = null, EffectiveTrend? trend = null, double threshold = double.PositiveInfinity) =>
        SamplePolicy.Query(threshold, "disk{namespace=\"shop\"}") with { Name = "disk", For = TimeSpan.FromSeconds(30), Baseline = baseline, Trend = trend };

    public static EffectiveBaseline Baseline(BaselineDirection direction = BaselineDirection.Above) => new(BaselineSensitivity.Medium, direction);

    /// <summary>Some noise that is the same each time: between -1 and 1.</summary>
    public static double Noise(DateTimeOffset time)
    {
        var wild = Math.Sin(time.ToUnixTimeSeconds() / 60 % 100_000 * 12.9898) * 43758.5453;
        return ((wild - Math.Floor(wild)) * 2) - 1;
    }

    public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
    {
        var isFreshness = query == Freshness.Query.Text(["shop"]);
        if (!isFreshness)
        {
            Asked.Add((query, start, end));
        }

        if (Fails is { } failure)
        {
            throw failure;
        }

        if ((end - start) / step >= MostSteps)
        {
            throw new SeriesUnavailableException("TooLarge", "too many samples");
        }

        var points = new List<Point>();
        for (var time = start; time <= end; time += step)
        {
            // Where all have come in it is not told how old they are.
            var sampled = Newest < time ? Newest.Value : time;
            if (time - sampled < TimeSpan.FromMinutes(5) && (!isFreshness || Newest is not null) && (isFreshness ? sampled.ToUnixTimeSeconds() : valueAt(sampled)) is { } value)
            {
                points.Add(new Point(time, value));
            }
        }

        return Task.FromResult<IReadOnlyList<Series>>(points.Count == 0 ? [] : [new Series(Labels, points)]);
    }

    /// <summary>A learner of this source, which has learnt nothing yet.</summary>
    public Learner Learner() => new(this, _board) { IsDoubted = (_, _) => IsDoubted };

    /// <summary>The history up to a time, then each evaluation with one step learnt before it.</summary>
    /// <param name="from">The time.</param>
    /// <param name="to">The last evaluation.</param>
    /// <param name="ct">Ends it.</param>
    /// <param name="startedAt">When the process began that evaluates; null: at that time.</param>
    public async Task<IReadOnlyList<(DateTimeOffset Time, SignalReading Reading)>> RunAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken ct, DateTimeOffset? startedAt = null)
    {
        var (learner, evaluation) = (Learner(), new Evaluation(this, TimeSpan.FromSeconds(15), _board));
        await CatchUpAsync(learner, startedAt ?? from, ct);
        await CatchUpAsync(learner, from, ct);
        var readings = new List<(DateTimeOffset, SignalReading)>();
        for (var now = from + Step; now <= to; now += Step)
        {
            await learner.LearnAsync(Watched(), now, ct);
            var reading = (await evaluation.RunAsync(Watched(), now, ct)).Single();
            readings.Add((now, reading.Signals.First(one => one.Signal == signal.Name)));
        }

        return readings;
    }

    public async Task CatchUpAsync(Learner learner, DateTimeOffset now, CancellationToken ct)
    {
        while ((await learner.LearnAsync(Watched(), now, ct)).IsBehind)
        {
            // The next part.
        }
    }

    public LearntReadings? Known() => _board.Find(Watched()[0].Workload.Key, signal);

    public IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> Watched() =>
        [(Workload, SamplePolicy.Effective() with { KnownGoodRequests = 0, Signals = [signal] })];
}
