using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

public sealed class IncrementsTests
{
    private const double No = -1;
    private static readonly DateTimeOffset LongAgo = At(-86400);
    private static readonly DateTimeOffset[] Grid = [.. Enumerable.Range(0, 4).Select(k => At(5 * k))];

    [Fact]
    public void ACounterAddsWhatItGrewBy() => Assert.Equal([No, 2, 3, 0], Of([10, 12, 15, 15]));

    [Fact]
    public void ACounterThatFellStartedAnew() => Assert.Equal([No, 2, 3, 4], Of([10, 12, 3, 7]));

    [Fact]
    public void TheFirstValueOfANewPodCountsFromZero() => Assert.Equal([No, 7, 2, 1], Of([null, 7, 9, 10], created: At(0)));

    [Fact]
    public void TheFirstValueOfAPodThatWasScrapedLateCountsFromZeroToo() => Assert.Equal([No, 7, 2, 1], Of([null, 7, 9, 10], created: At(-59)));

    [Fact]
    public void TheFirstValueOfAnOldPodAddsNothing() => Assert.Equal([No, No, 10, 5], Of([null, 500, 510, 515]));

    [Fact]
    public void TheFirstValueOfAPodOfUnknownAgeAddsNothing() => Assert.Equal([No, No, 10, 5], Of([null, 500, 510, 515], created: null));

    [Fact]
    public void TheFirstStepAddsNothingEvenForANewPod() => Assert.Equal([No, 2, 0, 0], Of([7, 9, 9, 9], created: At(0)));

    [Fact]
    public void WhatGrewDuringAGapIsAddedAtItsEnd() => Assert.Equal([No, No, 6, 1], Of([10, null, 16, 17]));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(-3)]
    public void AValueThatNoCounterCanHaveIsAGap(double value) => Assert.Equal([No, No, 6, 1], Of([10, value, 16, 17]));

    [Fact]
    public void AnAbsentErrorSeriesIsZeroWherePodsServe() => Assert.Equal([No, 0, 0, 0], Of([null, null, null, null], live: [0, 1, 2, 3]));

    [Fact]
    public void TheFirstErrorOfAnOldPodCounts() => Assert.Equal([No, 0, 5, 0], Of([null, null, 5, 5], live: [0, 1, 2, 3]));

    [Fact]
    public void TheFirstErrorsOfANewPodCount() => Assert.Equal([No, No, 4, 1], Of([null, null, 4, 5], created: At(6), live: [2, 3]));

    [Fact]
    public void AnErrorSeriesThatVanishesAddsNothing() => Assert.Equal([No, 2, 0, 0], Of([1, 3, null, null], live: [0, 1, 2, 3]));

    [Fact]
    public void NothingIsKnownWhereThePodWasNotSeen() => Assert.Equal([No, No, No, No], Of([null, null, null, null], live: []));

    [Fact]
    public void PointsBesideTheGridAreLeftOut() =>
        Assert.Equal(new() { [At(5)] = 4 }, Increments.Of([new Point(At(0), 1), new Point(At(2), 100), new Point(At(5), 5)], Grid, LongAgo));

    [Fact]
    public void AllThatACounterGrewByIsAddedOnce() =>
        Prop.ForAll(Gen.Choose(0, 1000).ListOf().ToArbitrary(), growth =>
        {
            var grid = Enumerable.Range(0, growth.Count).Select(k => At(5 * k)).ToList();
            var total = 0.0;
            var points = growth.Select((by, k) => new Point(grid[k], total += by)).ToList();
            var added = Increments.Of(points, grid, LongAgo);
            Assert.Equal(points.Count == 0 ? 0 : points[^1].Value - points[0].Value, added.Values.Sum());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void NoValueEverMakesAnIncrementNegative() =>
        Prop.ForAll(Gen.Elements(double.NaN, double.NegativeInfinity, double.PositiveInfinity, -1, 0, 1, 7, 1e300, double.Epsilon).ListOf().ToArbitrary(), values =>
        {
            var grid = Enumerable.Range(0, values.Count).Select(k => At(5 * k)).ToList();
            var added = Increments.Of([.. values.Select((value, k) => new Point(grid[k], value))], grid, At(0), grid.ToHashSet());
            Assert.All(added.Values, value => Assert.True(double.IsFinite(value) && value >= 0));
        }).QuickCheckThrowOnFailure();

    private static DateTimeOffset At(double seconds) => FakeTime.Epoch.AddSeconds(seconds);

    private static double[] Of(double?[] values) => Of(values, LongAgo);

    private static double[] Of(double?[] values, int[] live) => Of(values, LongAgo, live);

    /// <summary>What is added by each step of the grid; <see cref="No"/> where nothing is known.</summary>
    private static double[] Of(double?[] values, DateTimeOffset? created, int[]? live = null)
    {
        var points = values.Select((value, k) => (value, k)).Where(one => one.value is not null).Select(one => new Point(Grid[one.k], one.value!.Value)).ToList();
        var added = Increments.Of(points, Grid, created, live?.Select(k => Grid[k]).ToHashSet());
        return [.. Grid.Select(time => added.GetValueOrDefault(time, No))];
    }
}
