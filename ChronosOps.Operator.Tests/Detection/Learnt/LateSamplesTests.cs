using ChronosOps.Operator.Detection.Learnt;
using Xunit;
using static ChronosOps.Operator.Tests.Detection.Learnt.LearntSeries;

namespace ChronosOps.Operator.Tests.Detection.Learnt;

/// <summary>Samples that come late, as of remote write that is behind: Prometheus goes on showing the one before, for five minutes.</summary>
public sealed class LateSamplesTests
{
    private static readonly DateTimeOffset Now = Start.AddDays(7).AddHours(12);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Neither the value before in their place, nor a hole.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(40)]
    public async Task WhatComesLateIsLearntWhenItHasCome(int minutes)
    {
        var (late, prompt) = (Rising(), Rising());
        var (learner, other) = (late.Learner(), prompt.Learner());
        await late.CatchUpAsync(learner, Now, Ct);
        await prompt.CatchUpAsync(other, Now, Ct);
        for (var now = Now + Step; now <= Now.AddHours(2); now += Step)
        {
            late.Newest = now.AddMinutes(-minutes);
            await learner.LearnAsync(late.Watched(), now, Ct);
        }

        // All but those that are late by now are known.
        Assert.Equal(Now.AddHours(2).AddMinutes(-minutes), late.Known()!.Baseline!.At);
        late.Newest = Now.AddHours(2);
        await learner.LearnAsync(late.Watched(), Now.AddHours(2), Ct);
        await other.LearnAsync(prompt.Watched(), Now.AddHours(2), Ct);
        Assert.Equal(prompt.Known(), late.Known());
    }

    [Fact]
    public async Task ANewProcessLeavesOutWhatHasNotComeYet()
    {
        var series = Rising();
        series.Newest = Now.AddMinutes(-12);
        await series.CatchUpAsync(series.Learner(), Now, Ct);
        Assert.Equal((Now.AddMinutes(-12), null), (series.Known()!.Baseline!.At, series.Known()!.CatchesUp));
    }

    /// <summary>Its scrapes have ended: what is asked for does not grow any more, and what comes after the hour is read from then on.</summary>
    [Fact]
    public async Task NothingIsWaitedForLongerThanAnHour()
    {
        var series = Rising();
        var learner = series.Learner();
        await series.CatchUpAsync(learner, Now, Ct);
        series.Newest = Now;
        for (var now = Now + Step; now <= Now.AddHours(3); now += Step)
        {
            series.Asked.Clear();
            await learner.LearnAsync(series.Watched(), now, Ct);
            var asked = Assert.Single(series.Asked);
            Assert.InRange((asked.End - asked.Start) / Step, 0, 60);
        }

        series.Newest = Now.AddHours(4);
        await learner.LearnAsync(series.Watched(), Now.AddHours(4), Ct);
        Assert.Equal(Now.AddHours(4), series.Known()!.Baseline!.At);
    }

    /// <summary>Of no two minutes the same, so that a value that was carried on shows.</summary>
    private static LearntSeries Rising() => new(time => 20 + Noise(time), Disk(Baseline()));
}
