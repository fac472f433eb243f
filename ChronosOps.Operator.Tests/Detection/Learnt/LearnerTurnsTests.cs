using System.Collections.Concurrent;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;
using static ChronosOps.Operator.Tests.Detection.Learnt.LearntSeries;

namespace ChronosOps.Operator.Tests.Detection.Learnt;

/// <summary>Who is read when, where many share what is learnt from: presets, and the own queries of several namespaces and sources.</summary>
public sealed class LearnerTurnsTests
{
    private static readonly DateTimeOffset Now = Start.AddDays(7).AddHours(12);
    private readonly FakeTime _time = new(Now);
    private readonly Sources _sources = new();
    private readonly LearntBoard _board = new(Step);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatIsReadForEveryoneComesBeforeOwnQueriesWhoeverIsNamedFirst()
    {
        await Learner().LearnAsync([Team("a", 2), Preset("b"), Team("c", 1), Preset("d")], Now, Ct);
        Assert.Equal([false, true, true, true], _sources.Asked.Select(one => one.Namespace is not null));
    }

    [Fact]
    public async Task ASourceThatDoesNotAnswerHoldsUpNoOther()
    {
        var silent = new TaskCompletionSource();
        var (away, here) = (new SeriesOrigin { Tenant = "away" }, new SeriesOrigin { Tenant = "here" });
        _sources.Before = one => one.Origin == away ? silent.Task : Task.CompletedTask;
        var (first, second) = (Preset("a", away), Preset("b", here));
        var round = Learner().LearnAsync([first, second], Now, Ct);
        Assert.NotNull(Known(second));
        Assert.False(round.IsCompleted);
        silent.SetResult();
        await round;
        Assert.NotNull(Known(first));
    }

    /// <summary>Each takes 10 s: two of a namespace fit into its quarter of a minute. The next time others come first.</summary>
    [Fact]
    public async Task OwnQueriesThatTakeLongLeaveTheOtherNamespacesTheirTime()
    {
        _sources.Before = one => Spend(one.Namespace == "slow" ? 10 : 0);
        var (slow, well) = (Team("slow", 6), Team("well", 6));
        var learner = Learner();
        var round = await learner.LearnAsync([slow, well], Now, Ct);
        Assert.Equal((2, 6), (AskedOf("slow").Length, AskedOf("well").Length));
        Assert.Contains("own queries of namespace slow are left for the next time", Assert.Single(round.Failures).Message, StringComparison.Ordinal);

        // While there is more history to be read there are many rounds in a step, and the time is that of all of them.
        await learner.LearnAsync([slow, well], Now, Ct);
        Assert.Equal((2, 12), (AskedOf("slow").Length, AskedOf("well").Length));
        for (var k = 1; k < 6; k++)
        {
            await learner.LearnAsync([slow, well], Now + (Step * k), Ct);
        }

        Assert.Equal(6, AskedOf("slow").Distinct().Count());
    }

    [Fact]
    public async Task WhoHadNoTurnIsTheFirstOfTheNextRound()
    {
        _sources.Before = _ => Spend(10);
        List<(WorkloadSnapshot, EffectivePolicy)> teams = [.. "abcdefg".Select(name => Team($"{name}", 1))];
        var learner = Learner();
        await learner.LearnAsync(teams, Now, Ct);
        Assert.Equal(["a", "b", "c"], _sources.Asked.Select(one => one.Namespace));
        _sources.Asked.Clear();
        await learner.LearnAsync(teams, Now + Step, Ct);
        Assert.Equal(["d", "e", "f"], _sources.Asked.Select(one => one.Namespace));
        _sources.Asked.Clear();
        await learner.LearnAsync(teams, Now + (Step * 2), Ct);
        Assert.Equal(["g", "a", "b"], _sources.Asked.Select(one => one.Namespace));
    }

    /// <summary>The backtest reads a source that is asked for it alone.</summary>
    [Fact]
    public async Task WithoutAClockEverythingIsRead()
    {
        _sources.Before = _ => Spend(100);
        await new Learner(_sources, _board).LearnAsync([Team("a", 5), Team("b", 5)], Now, Ct);
        Assert.Equal(10, _sources.Asked.Count);
    }

    [Fact]
    public async Task ThatASourceIsLeftAloneIsNoReasonToAskForLess()
    {
        var (team, learner) = (Team("a", 1), Learner());
        _sources.Before = _ => throw new SeriesUnavailableException("Timeout", "no answer; it is left alone for a while") { WasNotAsked = true };
        await learner.LearnAsync([team], Now, Ct);
        _sources.Before = _ => Task.CompletedTask;
        await learner.LearnAsync([team], Now, Ct);
        Assert.Equal(1440, _sources.Asked.Last().Steps);
    }

    /// <summary>And that one step was too slow does not mean that more would be slower.</summary>
    [Theory]
    [InlineData(1, 1440)]
    [InlineData(60, 1440)]
    [InlineData(61, 60)]
    [InlineData(1440, 720)]
    public void AfterAnAnswerThatWasTooSlowHalfAsMuchIsAskedFor(int steps, int next)
    {
        var learnt = new LearntSignal(Disk(Baseline()), SeriesOrigin.Own);
        learnt.AskForLess(steps, Now);
        Assert.Equal(next, Math.Min(1440, learnt.MostSteps(Now)));
    }

    [Fact]
    public void AfterAnHourItIsTriedWhetherItMayBeMoreAgain()
    {
        var learnt = new LearntSignal(Disk(Baseline()), SeriesOrigin.Own);
        learnt.AskForLess(400, Now);
        Assert.Equal([200, 200, 400, 400, 800], new[] { 0, 59, 60, 119, 120 }.Select(minutes => learnt.MostSteps(Now.AddMinutes(minutes))));
        learnt.AskForLess(800, Now.AddMinutes(121));
        Assert.Equal([400, 400, 800], new[] { 121, 180, 181 }.Select(minutes => learnt.MostSteps(Now.AddMinutes(minutes))));
        Assert.Equal(int.MaxValue, Enumerable.Range(4, 100).Max(hours => learnt.MostSteps(Now.AddHours(hours))));
    }

    private static (WorkloadSnapshot Workload, EffectivePolicy Policy) Team(string ns, int queries) =>
        Of(ns, SeriesOrigin.Own, [.. Enumerable.Range(0, queries).Select(k => SamplePolicy.Query(query: $"{ns}{k}") with { Name = $"{ns}{k}", Baseline = Baseline() })]);

    private static (WorkloadSnapshot Workload, EffectivePolicy Policy) Preset(string ns, SeriesOrigin? origin = null) =>
        Of(ns, origin ?? SeriesOrigin.Own, SamplePolicy.Query() with { Name = "memory", Kind = SignalKind.MemorySaturation, Query = null, Baseline = Baseline() });

    private static (WorkloadSnapshot Workload, EffectivePolicy Policy) Of(string ns, SeriesOrigin origin, params EffectiveSignal[] signals) =>
        (SampleWorkload.Settled() with { Key = SampleWorkload.Key with { Namespace = ns } }, SamplePolicy.Effective() with { Namespace = ns, Origin = origin, Signals = signals });

    private Learner Learner() => new(_sources, _board, time: _time);

    private LearntReadings? Known((WorkloadSnapshot Workload, EffectivePolicy Policy) pair) => _board.Find(pair.Workload.Key, pair.Policy.Signals[0]);

    private string[] AskedOf(string ns) => [.. _sources.Asked.Where(one => one.Namespace == ns).Select(one => one.Query)];

    private Task Spend(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return Task.CompletedTask;
    }

    /// <summary>A query, with the namespace whose own it is.</summary>
    private sealed record Query(SeriesOrigin Origin, string? Namespace, string Text, int Steps);

    private sealed class Sources : ISeriesSources
    {
        public ConcurrentQueue<(SeriesOrigin Origin, string? Namespace, string Query, int Steps)> Asked { get; } = [];

        /// <summary>What happens before a query is answered: with nothing.</summary>
        public Func<Query, Task> Before { get; set; } = _ => Task.CompletedTask;

        public ISeriesSource Of(SeriesOrigin origin) => new One(this, origin, null);

        public ISeriesSource OfOwnQueries(SeriesOrigin origin, string @namespace) => new One(this, origin, @namespace);

        private sealed class One(Sources all, SeriesOrigin origin, string? @namespace) : ISeriesSource
        {
            public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
            {
                var steps = (int)((end - start) / step) + 1;
                all.Asked.Enqueue((origin, @namespace, query, steps));
                await all.Before(new Query(origin, @namespace, query, steps));
                return [];
            }
        }
    }
}
