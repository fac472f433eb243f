using System.Globalization;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Cli;
using ChronosOps.Operator.Cli.Backtest;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Tests.Support;
using Xunit;
using static ChronosOps.Operator.Tests.Detection.Learnt.LearntSeries;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

/// <summary>What is usual, and where it leads, replayed: as the operator would have known it at each tick.</summary>
public sealed class LearntBacktestTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly EffectiveSignal Nightly = Disk(Baseline());

    [Fact]
    public async Task ANightlyBackupIsRaisedOnTheFirstNightsAndNotAfterTheThird()
    {
        var outcome = await RunAsync(new Disks(Backup, Day(0)), Nightly, Day(0), Day(5));
        Assert.Contains(outcome.Incidents, incident => incident.OnsetAt < Day(3));
        Assert.All(outcome.Incidents, incident => Assert.InRange(incident.OnsetAt, Day(0), Day(3)));
        Assert.Null(outcome.LearntFrom);
        Assert.Contains(Reporting.Of(outcome).NotKnown, line => line.Contains("of those there is nothing.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheHistoryBeforeTheFirstEvaluationIsLearnt()
    {
        var outcome = await RunAsync(new Disks(Backup, Day(-30)), Nightly, Day(0), Day(1));
        Assert.Empty(outcome.Incidents);
        Assert.Equal(0, outcome.Followed[0].Signals[0].Of(SignalState.Unknown));
        Assert.InRange(outcome.LearntFrom!.Value, Day(-15), Day(-15).AddMinutes(2));
        Assert.All(outcome.Followed[0].Signals[0].Trace.Expected, range => Assert.NotNull(range));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HowFarTheHistoryBeforeIsLearntIsShown(bool isTerminal)
    {
        using var error = new StringWriter();
        var run = new BacktestRun(SamplePolicy.Effective() with { KnownGoodRequests = 0, Ladder = [], Signals = [Nightly] }, new Disks(Backup, Day(-30)), Interval);
        await run.RunAsync(Day(0), Day(0, 1), new Progress(error, isTerminal), TestContext.Current.CancellationToken);
        var told = error.ToString().Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var learnt = told.TakeWhile(line => line.EndsWith("learning what is usual", StringComparison.Ordinal)).ToList();
        Assert.Equal([$"{Terminal.Time(Day(-15).AddMinutes(-1))}", $"{Terminal.Time(Day(0).AddMinutes(-1))}"], [Time(learnt[0]), Time(learnt[^1])]);
        Assert.InRange(learnt.Count, 5, 20);
        Assert.Equal(learnt.Select(Share).Order(), learnt.Select(Share));
        Assert.Equal((0, 100), (Share(learnt[0]), Share(learnt[^1])));
        Assert.Equal($"100 %  {Terminal.Time(Day(0, 1))}  0 incidents", Assert.Single(told.Skip(learnt.Count)).Split("] ")[^1]);
        Assert.EndsWith("0 incidents\n", error.ToString(), StringComparison.Ordinal);

        static int Share(string line) => int.Parse(line.Split("] ")[^1].Split(" %")[0], CultureInfo.InvariantCulture);
        static string Time(string line) => line.Split("%  ")[1].Split("  ")[0];
    }

    [Fact]
    public async Task WhereNothingIsLearntNothingIsSaidOfIt()
    {
        using var error = new StringWriter();
        var run = new BacktestRun(SamplePolicy.Effective() with { KnownGoodRequests = 0, Ladder = [], Signals = [Nightly with { Baseline = null, Threshold = 0.9 }] }, new Disks(Backup, Day(-30)), Interval);
        await run.RunAsync(Day(0), Day(0, 1), new Progress(error, false), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("learning", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What is said next, such as why it failed, stands on a line of its own.</summary>
    [Fact]
    public async Task AnUnfinishedLineIsLeft()
    {
        using var error = new StringWriter();
        var progress = new Progress(error, isTerminal: true);
        await progress.LearntAsync(0.5, Day(0));
        await progress.LeaveAsync();
        await progress.LeaveAsync();
        Assert.Equal($"\r[{new string('#', 15)}{new string('.', 15)}]  50 %  {Terminal.Time(Day(0))}  learning what is usual\n", error.ToString());
    }

    [Fact]
    public async Task ADiskThatGrowsBy10PercentAnHourIsRaisedHoursBeforeItIsFull()
    {
        var signal = Disk(trend: new EffectiveTrend(1, false, TimeSpan.FromHours(4)));
        var outcome = await RunAsync(new Disks(time => time < Day(0, 1) ? 0.4 + (0.01 * Noise(time)) : 0.4 + ((time - Day(0, 1)).TotalHours * 0.1) + (0.002 * Noise(time)), Day(-1)), signal, Day(0), Day(0, 6));
        var incident = Assert.Single(outcome.Incidents);
        Assert.InRange(incident.DetectedAt, Day(0, 2), Day(0, 5.5));
        Assert.Contains("the limit of 1 is reached in", incident.Message, StringComparison.Ordinal);
    }

    /// <summary>Each reading is that of an operator that learnt right after each evaluation, and had read the days before.</summary>
    [Fact]
    public async Task EachReadingIsThatOfTheLiveLearner()
    {
        var (disks, readings) = (new Disks(time => time >= Day(0, 1) && time < Day(0, 1.5) ? 2 + Noise(time) : Backup(time), Day(-3)), new List<WorkloadReading>());
        await RunAsync(disks, Nightly, Day(0), Day(0, 3), readings);
        var board = new LearntBoard(Interval * 4);
        var (learner, live, told) = (new Learner(disks, board), new Evaluation(disks, Interval, board), 0);
        foreach (var reading in readings)
        {
            while ((await learner.LearnAsync([(reading.Workload, reading.Policy)], reading.Time.AddTicks(-1), TestContext.Current.CancellationToken)).IsBehind)
            {
                // The next part.
            }

            var same = (await live.RunAsync([(reading.Workload, reading.Policy)], reading.Time, TestContext.Current.CancellationToken))[0];
            Assert.Equal(Told(same), Told(reading));
            told += reading.Firing.Any() ? 1 : 0;
        }

        Assert.True(told > 20, $"fires at {told} ticks");
    }

    private static string Told(WorkloadReading reading) =>
        string.Join("; ", reading.Signals.Select(signal => $"{signal.Signal} {signal.State} {signal.Value:R} {signal.Since:O} {signal.Message} {signal.Expected} {signal.TimeLeft}"));

    private static DateTimeOffset Day(int day, double hours = 0) => Start.AddDays(day).AddHours(hours);

    private static double Backup(DateTimeOffset time) => time.Hour == 2 && time.Minute < 30 ? 0.92 + (0.002 * Noise(time)) : 0.4 + (0.01 * Noise(time));

    private static async Task<BacktestOutcome> RunAsync(Disks disks, EffectiveSignal signal, DateTimeOffset from, DateTimeOffset to, List<WorkloadReading>? readings = null)
    {
        var policy = SamplePolicy.Effective() with { KnownGoodRequests = 0, Ladder = [], Signals = [signal] };
        var run = new BacktestRun(policy, disks, Interval) { Observer = (reading, _) => readings?.Add(reading) };
        return await run.RunAsync(from, to, null, TestContext.Current.CancellationToken);
    }

    /// <summary>One series that is a function of time, from a time on.</summary>
    private sealed class Disks(Func<DateTimeOffset, double> valueAt, DateTimeOffset begin) : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            var points = new List<Point>();
            for (var time = start; query == Nightly.Query && time <= end; time += step)
            {
                if (time >= begin)
                {
                    points.Add(new Point(time, valueAt(time)));
                }
            }

            return Task.FromResult<IReadOnlyList<Series>>(points.Count == 0 ? [] : [new Series(new Dictionary<string, string> { ["namespace"] = "shop" }, points)]);
        }
    }
}
