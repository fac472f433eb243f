using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

/// <summary>A service whose requests have risen slowly, from 30 a second an hour ago to 42 for the last quarter of an hour.</summary>
public sealed class SeriesCollectorTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly EffectiveSignal Growth = SamplePolicy.Query() with { Name = "growth", Kind = SignalKind.MemoryGrowth, Threshold = 1.0 / 3600 };

    [Fact]
    public async Task TheLoadIsHeldAgainstThatOfAMomentBeforeTheOnset()
    {
        var load = await LoadAsync(SampleBundle.Fires("errors", SampleWorkload.Old));
        Assert.Equal((42, 42), (load!.Before, load.Now));
    }

    [Fact]
    public async Task WhereMemoryGrowsTheLoadIsHeldAgainstThatOfSoLongAgoAsItsGrowthWasLookedAt()
    {
        var load = await LoadAsync(SampleBundle.Growing(1, 2, 3));
        Assert.Equal((30, 42), (load!.Before, load.Now));
    }

    [Fact]
    public async Task WhereNothingIsKnownOfSoLongAgoTheLoadIsNotKnownEither() => Assert.Null(await LoadAsync(SampleBundle.Growing(1, 2, 3), since: -1800));

    /// <summary>Evidence is read anew for an incident that waits. Sixty steps of five seconds do not reach back to what was before; after an hour nobody knows whose pods those were.</summary>
    [Theory]
    [InlineData(-1200, 30)]
    [InlineData(-1190, 31)]
    [InlineData(-290, 42)]
    [InlineData(-3890, 30)]
    [InlineData(-4000, null)]
    public async Task HoweverLongAnIncidentWaitsTheLoadIsHeldAgainstThatBeforeTheOnset(double onset, int? before)
    {
        var load = (await CollectAsync(SampleBundle.Fires("errors", null), new Rising(-7200), SampleWorkload.Settled(), onset: SampleWorkload.At(onset))).Load;
        Assert.Equal(before is { } known ? new LoadFact(known, 42) : null, load is { } read ? new LoadFact(Math.Round(read.Before), Math.Round(read.Now)) : null);
    }

    [Fact]
    public async Task WhatTheRevisionServedBeforeTheOnsetIsPartOfItHoweverLongItWaits()
    {
        var collected = await CollectAsync(SampleBundle.Fires("errors", null), new Rising(-7200), SampleWorkload.Settled(), onset: SampleWorkload.At(-1500));
        Assert.Equal((95, true), (collected.WellBefore?.TotalSeconds, collected.BeganWell));
        Assert.Equal(42 * 295, Math.Round(collected.Requests!.Value));
    }

    /// <summary>What served five seconds well did not fail from the first, and that may still be chance.</summary>
    [Theory]
    [InlineData(-20, false, null)]
    [InlineData(-25, true, null)]
    [InlineData(-30, true, null)]
    [InlineData(-35, true, 15.0)]
    public async Task ForHowLongItServedWellIsToldWhereThatIsLongEnough(double since, bool began, double? well)
    {
        var collected = await CollectAsync(SampleBundle.Fires("errors", null), new Rising(since), SampleWorkload.Settled());
        Assert.Equal((began, well), (collected.BeganWell, collected.WellBefore?.TotalSeconds));
    }

    /// <summary>Steps of five seconds; the trouble was first seen twenty seconds ago.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(-5, true)]
    [InlineData(-10, false)]
    [InlineData(-20, false)]
    public async Task WhatARevisionServedBesideTheTroubleCountsFromTwoStepsAfterItBegan(double lastSeen, bool duringTrouble)
    {
        var collected = await CollectAsync(SampleBundle.Fires("errors", SampleWorkload.New), new Rising(-7200, lastSeen), SampleWorkload.Rolling());
        var old = Assert.Single(collected.Measures, measure => measure.Revision == SampleWorkload.Old);
        Assert.Equal((SampleWorkload.At(lastSeen), duringTrouble), (old.SeenAt, old.DuringTrouble));
    }

    /// <summary>What is usual is known of the workload, and of no revision and no pod.</summary>
    [Fact]
    public async Task WithoutAThresholdNoRevisionAndNoPodIsMeasured()
    {
        var collected = await CollectAsync(SampleBundle.Fires("errors", null), new Rising(-7200), SampleWorkload.Rolling(), SamplePolicy.Errors() with { Threshold = double.PositiveInfinity });
        Assert.Empty(collected.Measures);
        Assert.Empty(collected.PodMeasures);
        Assert.NotNull(collected.Load);
    }

    /// <summary>The onset was twenty seconds ago: of what began shortly before nobody knows that it was well.</summary>
    [Theory]
    [InlineData(-7200, true)]
    [InlineData(-30, false)]
    public async Task OfEachPodIsToldWhetherItHadServedWell(double since, bool wellBefore)
    {
        var collected = await CollectAsync(SampleBundle.Fires("errors", null), new Rising(since), SampleWorkload.Settled());
        Assert.Equal(3, collected.PodMeasures.Count);
        Assert.All(collected.PodMeasures, measure => Assert.Equal((wellBefore, SamplePolicy.Errors().Grace), (measure.WellBefore, measure.Grace)));
    }

    /// <summary>Five minutes, less the first step, of which is only known what its counters are.</summary>
    [Fact]
    public async Task AllRequestsThatAreComparedAreCounted()
    {
        Assert.Equal(42 * 295, Math.Round((await CollectAsync(SampleBundle.Fires("errors", null), new Rising(-7200), SampleWorkload.Settled())).Requests!.Value));
        Assert.Equal(0, (await CollectAsync(SampleBundle.Fires("errors", null), new SilentSource(), SampleWorkload.Settled())).Requests);
    }

    private static async Task<LoadFact?> LoadAsync(SignalReading firing, double since = -7200)
    {
        var collected = await CollectAsync(firing, new Rising(since), SampleWorkload.Settled());
        return collected.Load is { } load ? new LoadFact(Math.Round(load.Before), Math.Round(load.Now)) : null;
    }

    private static Task<EvidenceBundle> CollectAsync(SignalReading firing, ISeriesSource source, WorkloadSnapshot workload, EffectiveSignal? errors = null, DateTimeOffset? onset = null)
    {
        var reading = new WorkloadReading
        {
            Time = SampleWorkload.Now,
            Workload = workload,
            Policy = SamplePolicy.Effective() with { Signals = [errors ?? SamplePolicy.Errors(), Growth] },
            Signals = [firing],
            Traffic = WorkloadTraffic.None,
        };
        var bundle = SampleBundle.Leak() with { Load = null, Workload = workload, Measures = [], PodMeasures = [] };
        return new SeriesCollector(source, Interval).CollectAsync(bundle, new CollectionRequest(reading, onset ?? SampleBundle.Onset, SampleWorkload.Now), TestContext.Current.CancellationToken);
    }

    /// <summary>Counters of the three pods, from so many seconds before now on, and until so many.</summary>
    private sealed class Rising(double since, double until = 0) : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            var times = Enumerable.Range(0, (int)((end - start) / step) + 1).Select(k => start + (k * step)).Where(time => time >= SampleWorkload.At(since) && time <= SampleWorkload.At(until));
            var points = times.Select(time => new Point(time, Counted((time - SampleWorkload.Now).TotalSeconds))).ToList();
            return Task.FromResult<IReadOnlyList<Series>>(query == TrafficQueries.Requests(["shop"])
                ? [.. Enumerable.Range(1, 3).Select(k => new Series(new Dictionary<string, string> { ["namespace"] = "shop", ["pod"] = $"checkout-5f8d6c7b9-oooo{k}" }, points))]
                : []);
        }

        /// <summary>Ten requests a second until a quarter of an hour ago, then fourteen, of each pod.</summary>
        private static double Counted(double seconds) => 100_000 + (10 * seconds) + (4 * Math.Max(0, seconds + 1200));
    }
}
