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

    /// <summary>It is a sum: what is left may be the past of a container that went on while another began anew.</summary>
    [Fact]
    public void OfACounterThatFellTheStepIsNotKnownAndTheNextIs() => Assert.Equal([No, 2, No, 4], Of([10, 12, 3, 7]));

    [Fact]
    public void WhereThePodsRequestsBeganAnewNothingIsKnownAndAnAbsentCounterIsZeroAgain()
    {
        Assert.Equal([No, 2, No, 1], Of([5, 7, null, 1], Seen(PodSeen.Yes, PodSeen.Yes, PodSeen.Anew, PodSeen.Yes)));
        Assert.Equal([No, 2, No, 1], Of([5, 7, 9, 10], Seen(PodSeen.Yes, PodSeen.Yes, PodSeen.Anew, PodSeen.Yes)));
    }

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
        Assert.Equal([No, 4, No, No], Of([new Point(At(0), 1), new Point(At(2), 100), new Point(At(5), 5)], Grid, LongAgo, []));

    [Fact]
    public void APodWasSeenWhereItHasAPointWhateverItSays() =>
        Assert.Equal(Seen(PodSeen.Yes, PodSeen.No, PodSeen.Yes, PodSeen.No), Increments.SeenAt([new Point(At(0), 1), new Point(At(2), 100), new Point(At(10), double.NaN)], Grid, LongAgo));

    [Fact]
    public void APodBeganAnewWhereItsRequestsAreFewerThanWhenItWasSeenLast() =>
        Assert.Equal(Seen(PodSeen.Yes, PodSeen.No, PodSeen.Anew, PodSeen.Yes), Increments.SeenAt([new Point(At(0), 9), new Point(At(10), 8), new Point(At(15), 8)], Grid, At(-56)));

    /// <summary>Its name was another's before.</summary>
    [Fact]
    public void OfAPodThatIsNewACounterThatFellCountsFromZero()
    {
        Assert.Equal([No, 0, 3, 4], Of([12, 12, 3, 7], created: At(-54)));
        Assert.Equal(Seen(PodSeen.Yes, PodSeen.Yes, PodSeen.FromZero, PodSeen.Yes), Increments.SeenAt(PointsOf([12, 12, 3, 7]), Grid, At(-54)));
        Assert.Equal([No, 0, 0, 1], Of([5, 5, null, 1], Seen(PodSeen.Yes, PodSeen.Yes, PodSeen.FromZero, PodSeen.Yes)));
        Assert.Equal([No, 0, 9, 1], Of([5, 5, 9, 10], Seen(PodSeen.Yes, PodSeen.Yes, PodSeen.FromZero, PodSeen.Yes)));
    }

    [Fact]
    public void AllThatACounterGrewByIsAddedOnce() =>
        Prop.ForAll(Gen.Choose(0, 1000).ListOf().ToArbitrary(), growth =>
        {
            var grid = Enumerable.Range(0, growth.Count).Select(k => At(5 * k)).ToArray();
            var total = 0.0;
            var points = growth.Select((by, k) => new Point(grid[k], total += by)).ToArray();
            var added = Of(points, grid, LongAgo, []);
            Assert.Equal(points.Length == 0 ? 0 : points[^1].Value - points[0].Value, added.Where(value => value != No).Sum());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void NoValueEverMakesAnIncrementNegative() =>
        Prop.ForAll(Gen.Elements(double.NaN, double.NegativeInfinity, double.PositiveInfinity, -1, 0, 1, 7, 1e300, double.Epsilon).ListOf().ToArbitrary(), values =>
        {
            var grid = Enumerable.Range(0, values.Count).Select(k => At(5 * k)).ToArray();
            var added = Of([.. values.Select((value, k) => new Point(grid[k], value))], grid, At(0), [.. grid.Select(_ => PodSeen.Yes)]);
            Assert.All(added, value => Assert.True(value == No || (double.IsFinite(value) && value >= 0)));
        }).QuickCheckThrowOnFailure();

    private static DateTimeOffset At(double seconds) => FakeTime.Epoch.AddSeconds(seconds);

    private static PodSeen[] Seen(params PodSeen[] seen) => seen;

    private static double[] Of(double?[] values) => Of(values, LongAgo);

    private static double[] Of(double?[] values, PodSeen[] seen) => Of(PointsOf(values), Grid, LongAgo, seen);

    private static double[] Of(double?[] values, int[] live) => Of(values, LongAgo, live);

    /// <summary>What is added by each step of the grid; <see cref="No"/> where nothing is known.</summary>
    private static double[] Of(double?[] values, DateTimeOffset? created, int[]? live = null) =>
        Of(PointsOf(values), Grid, created, live is null ? [] : [.. Grid.Select((_, k) => live.Contains(k) ? PodSeen.Yes : PodSeen.No)]);

    private static Point[] PointsOf(double?[] values) => [.. values.Index().Where(one => one.Item is not null).Select(one => new Point(Grid[one.Index], one.Item!.Value))];

    private static double[] Of(Point[] points, DateTimeOffset[] grid, DateTimeOffset? created, PodSeen[] seen)
    {
        var added = new double[grid.Length];
        Increments.ByStep(points, grid, created, created, seen, added);
        return [.. added.Select(value => double.IsNaN(value) ? No : value)];
    }
}
