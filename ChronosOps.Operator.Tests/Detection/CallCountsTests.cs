using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

/// <summary>Ten minutes of a hundred calls in every quarter of a minute. The trouble began a while before the end.</summary>
public sealed class CallCountsTests
{
    private static readonly DateTimeOffset Until = FakeTime.Epoch;

    /// <summary>How many of a hundred failed before and since, and what that says.</summary>
    [Theory]
    [InlineData(0, 60, true)]
    [InlineData(0, 5, true)]
    [InlineData(0, 4, false)]
    [InlineData(1, 1, false)]
    [InlineData(1, 5, false)]
    [InlineData(10, 16, true)]
    [InlineData(60, 60, false)]
    [InlineData(60, 0, false)]
    [InlineData(0, 0, false)]
    public void OnlyAShareThatRoseWithTheTroubleCounts(double before, double since, bool fails) =>
        Assert.Equal(fails, Counts(from: -60, before, since).FailMore(Until.AddSeconds(-60), Until, 0.05));

    [Theory]
    [InlineData(0.025, true)]
    [InlineData(0.05, false)]
    public void ByHowMuchItMustRiseIsForTheCallerToSay(double rise, bool fails) =>
        Assert.Equal(fails, Counts(from: -60, 0, 3).FailMore(Until.AddSeconds(-60), Until, rise));

    /// <summary>Calls are counted at other moments than requests: what failed in the half minute before is neither of before nor of since.</summary>
    [Fact]
    public void CallsMayBeginToFailAMomentBeforeTheTroubleIsSeen() =>
        Assert.True(Counts(from: -75, 0, 60).FailMore(Until.AddSeconds(-45), Until, 0.58));

    /// <summary>The trouble is nine minutes old, and what fails now was well for eight of them.</summary>
    [Fact]
    public void WhatBeganToFailLatelyCountsHoweverLongTheTroubleLastsAlready() =>
        Assert.True(Counts(from: -30, 0, 20).FailMore(Until.AddMinutes(-9), Until, 0.05));

    [Fact]
    public void WhereNothingIsKnownOfBeforeWhatFailsNowIsNew() => Assert.True(Counts(from: -600, 0, 6).FailMore(Until.AddHours(-1), Until, 0.05));

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void WhereOnlyFailedCallsAreCountedSeveralMustFail(double failed, bool fails) =>
        Assert.Equal(fails, new CallCounts([new Point(Until.AddSeconds(-15), failed)], []).FailMore(Until.AddSeconds(-60), Until, 0.05));

    /// <summary>How long each of a hundred calls took before and since, in milliseconds, and whether that is longer by a quarter of a second, and twice as long.</summary>
    [Theory]
    [InlineData(10, 260, true)]
    [InlineData(10, 255, false)]
    [InlineData(300, 600, true)]
    [InlineData(300, 590, false)]
    [InlineData(700, 700, false)]
    [InlineData(700, 10, false)]
    public void CallsTakeLongerWhereTheyTakeTwiceAsLongAndByMore(double before, double since, bool longer)
    {
        var slower = Lasting(from: -60, before, since).TakeLonger(Until.AddSeconds(-60), Until, 0.25);
        Assert.Equal(longer, slower is not null);
        Assert.True(slower is null || (Math.Round(slower.Before, 3), Math.Round(slower.Now, 3)) == (before / 1000, since / 1000));
    }

    /// <summary>Four steps since, of so many calls each.</summary>
    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void TheMeanOfAFewCallsSaysNothing(double calls, bool longer) =>
        Assert.Equal(longer, Lasting(from: -60, 10, 700, calls).TakeLonger(Until.AddSeconds(-60), Until, 0.25) is not null);

    [Fact]
    public void WhatBeganToTakeLongerLatelyCountsHoweverLongTheTroubleLastsAlready() =>
        Assert.Equal(0.7, Lasting(from: -60, 10, 700).TakeLonger(Until.AddMinutes(-9), Until, 0.5)!.Now, 6);

    /// <summary>Whether they were as slow before is not known.</summary>
    [Fact]
    public void WhereNothingIsKnownOfBeforeOrOfHowLongCallsTakeNoneTakesLonger()
    {
        Assert.Null(Lasting(from: -600, 10, 700).TakeLonger(Until.AddHours(-1), Until, 0.25));
        Assert.Null(Counts(from: -60, 0, 60).TakeLonger(Until.AddSeconds(-60), Until, 0));
    }

    /// <summary>So many calls in each step, of so many milliseconds each.</summary>
    private static CallCounts Lasting(double from, double before, double since, double calls = 100)
    {
        var times = Enumerable.Range(0, 40).Select(k => Until.AddSeconds(-15 * k)).ToList();
        return new CallCounts([], [.. times.Select(time => new Point(time, calls))]) { Seconds = [.. times.Select(time => new Point(time, calls * (time > Until.AddSeconds(from) ? since : before) / 1000))] };
    }

    private static CallCounts Counts(double from, double before, double since)
    {
        var times = Enumerable.Range(0, 40).Select(k => Until.AddSeconds(-15 * k)).ToList();
        return new CallCounts([.. times.Select(time => new Point(time, time > Until.AddSeconds(from) ? since : before))], [.. times.Select(time => new Point(time, 100))]);
    }
}
