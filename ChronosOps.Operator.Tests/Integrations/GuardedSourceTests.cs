using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Integrations;

/// <summary>A source that is asked every 10 s, five queries at a time.</summary>
public sealed class GuardedSourceTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly FakeTime _time = new();
    private readonly Moody _inner = new();
    private readonly GuardedSource _source;

    public GuardedSourceTests() => _source = new GuardedSource(_inner, Interval, _time, () => 0.5);

    [Fact]
    public async Task TwoFailuresInARowAreNoReasonToLeaveItAlone()
    {
        _inner.Fails = () => Failure("Timeout");
        await FailsAsync();
        await FailsAsync();
        _inner.Fails = null;
        await AskAsync();
        Assert.Equal(3, _inner.Asked);
    }

    [Fact]
    public async Task ASourceThatFailsIsAskedLessAndLess()
    {
        _inner.Fails = () => Failure("Timeout");
        var asked = new List<int>();
        for (var tick = 0; tick < 20; tick++, _time.Advance(Interval))
        {
            var before = _inner.Asked;
            for (var query = 0; query < 5; query++)
            {
                Assert.Equal("Timeout", (await FailsAsync()).Reason);
            }

            asked.Add(_inner.Asked - before);
        }

        Assert.Equal([3, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], asked);
    }

    [Fact]
    public async Task OneQueryIsTheTrialAndTheOthersGoOnWithIt()
    {
        await BreakAsync();
        _inner.Fails = null;
        _inner.Gate = new TaskCompletionSource();
        _time.Advance(Interval);
        var queries = Enumerable.Range(0, 5).Select(_ => AskAsync()).ToList();
        Assert.Equal(1, _inner.Asked);
        _inner.Gate.SetResult();
        await Task.WhenAll(queries);
        Assert.Equal(5, _inner.Asked);
    }

    [Fact]
    public async Task WhereTheTrialFailsTheOthersFailWithoutBeingAsked()
    {
        await BreakAsync();
        _inner.Gate = new TaskCompletionSource();
        _time.Advance(Interval);
        var queries = Enumerable.Range(0, 5).Select(_ => FailsAsync()).ToList();
        _inner.Gate.SetResult();
        await Task.WhenAll(queries);
        Assert.Equal(1, _inner.Asked);
    }

    [Fact]
    public async Task ATrialThatIsCalledOffLeavesTheNextOneToTry()
    {
        await BreakAsync();
        _inner.Fails = null;
        _inner.Gate = new TaskCompletionSource();
        _time.Advance(Interval);
        using var caller = new CancellationTokenSource();
        var trial = _source.QueryRangeAsync("up", FakeTime.Epoch, FakeTime.Epoch, Interval, caller.Token);
        var other = AskAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trial);
        _inner.Gate.SetResult();
        await other;
        Assert.Equal(2, _inner.Asked);
    }

    [Theory]
    [InlineData(25, 25)]
    [InlineData(3600, 300)]
    public async Task ASourceThatAsksToBeLeftAloneIsLeftAloneAtOnceForSoLong(int asked, int seconds)
    {
        _inner.Fails = () => new SeriesUnavailableException("ServerError", "Prometheus answers 429") { RetryAfter = TimeSpan.FromSeconds(asked) };
        await FailsAsync();
        _inner.Fails = null;
        _time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Equal("ServerError", (await FailsAsync()).Reason);
        Assert.Equal(1, _inner.Asked);
        _time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync();
    }

    [Theory]
    [InlineData("BadQuery")]
    [InlineData("TooLarge")]
    [InlineData("Secret")]
    [InlineData("Partial")]
    public async Task WhatIsWrongWithAQueryOrASecretIsNoReasonToLeaveTheSourceAlone(string reason)
    {
        _inner.Fails = () => Failure(reason);
        for (var k = 0; k < 10; k++)
        {
            await FailsAsync();
        }

        Assert.Equal(10, _inner.Asked);
    }

    /// <summary>The queries of one team are slow; those of all others are not.</summary>
    [Fact]
    public async Task WhatFailsInAPartIsNotHeldAgainstTheWhole()
    {
        var slow = new Moody { Fails = () => Failure("Timeout") };
        var part = new GuardedSource(slow, Interval, _time, () => 0.5, whole: _source);
        var failures = new List<SeriesUnavailableException>();
        for (var k = 0; k < 10; k++)
        {
            failures.Add(await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(part)));
            await AskAsync();
        }

        Assert.Equal((3, 10), (slow.Asked, _inner.Asked));
        Assert.Equal([false, false, false, true, true, true, true, true, true, true], failures.Select(failure => failure.WasNotAsked));
    }

    [Fact]
    public async Task WhileTheWholeIsLeftAloneAPartIsNotAskedAndIsNoTrial()
    {
        await BreakAsync();
        var inner = new Moody();
        var part = new GuardedSource(inner, Interval, _time, () => 0.5, whole: _source);
        Assert.True((await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(part))).WasNotAsked);
        _inner.Fails = null;
        _inner.Gate = new TaskCompletionSource();
        _time.Advance(Interval);
        var trial = AskAsync();
        var waiting = AskAsync(part);
        Assert.Equal((1, 0), (_inner.Asked, inner.Asked));
        _inner.Gate.SetResult();
        await Task.WhenAll(trial, waiting);
        Assert.Equal((1, 1), (_inner.Asked, inner.Asked));
    }

    [Fact]
    public void PausesDifferByChance()
    {
        TimeSpan[] pauses = [.. new[] { 0.0, 0.5, 1.0 }.Select(chance =>
        {
            var backOff = new BackOff(Interval, () => chance);
            for (var k = 0; k < 3; k++)
            {
                backOff.Failed(Failure("Timeout"), FakeTime.Epoch);
            }

            return backOff.Until - FakeTime.Epoch;
        })];
        Assert.Equal([4, 5, 6], pauses.Select(pause => Math.Round(pause.TotalSeconds, 3)));
    }

    private async Task BreakAsync()
    {
        _inner.Fails = () => Failure("Unreachable");
        for (var k = 0; k < 3; k++)
        {
            await FailsAsync();
        }

        Assert.Contains("left alone", (await FailsAsync()).Message, StringComparison.Ordinal);
        _inner.Asked = 0;
    }

    private static SeriesUnavailableException Failure(string reason) => new(reason, "no");

    private Task<SeriesUnavailableException> FailsAsync() => Assert.ThrowsAsync<SeriesUnavailableException>(AskAsync);

    private Task<IReadOnlyList<Series>> AskAsync() => AskAsync(_source);

    private static Task<IReadOnlyList<Series>> AskAsync(GuardedSource source) => source.QueryRangeAsync("up", FakeTime.Epoch, FakeTime.Epoch, Interval, TestContext.Current.CancellationToken);

    private sealed class Moody : ISeriesSource
    {
        public int Asked { get; set; }
        public Func<SeriesUnavailableException>? Fails { get; set; }
        public TaskCompletionSource? Gate { get; set; }

        public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            Asked++;
            if (Gate is { } gate)
            {
                await gate.Task.WaitAsync(cancellationToken);
            }

            return Fails is { } failure ? throw failure() : [];
        }
    }
}
