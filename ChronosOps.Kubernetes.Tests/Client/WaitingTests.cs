using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>How long the client waits: for answers, and before it asks again.</summary>
public sealed class WaitingTests : FakeServerTest
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private protected override void Prepare() => client = new KubernetesClient(server.Configuration, time);

    [Theory]
    [InlineData("2147483647", 300)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 300)]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", 0)]
    [InlineData("120", 120)]
    public async Task WhatTheServerAsksForIsHonouredUpToFiveMinutes(string retryAfter, int seconds)
    {
        server.Answers(500, "later", ("Retry-After", retryAfter));
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.For(KubernetesResources.Pods).CreateNamespacedAsync(new V1Pod(), "shop", ct: Ct));
        Assert.Equal(TimeSpan.FromSeconds(seconds), error.RetryAfter);
    }

    [Fact]
    public void ALongerPauseThanFiveMinutesIsNeverMade()
    {
        var pause = new ReflectorBackoff(time).Next(TimeSpan.MaxValue);
        Assert.InRange(pause.TotalMinutes, 5, 5.5);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public void WhoWasToldWhenToComeBackComesALittleLaterAndNeverEarlier(string method)
    {
        var asked = TimeSpan.FromSeconds(2);
        var (request, error) = (new ApiRequest(new HttpMethod(method), "/x"), new KubernetesException(429, "later", retryAfter: asked));
        var delays = Enumerable.Range(0, 100).Select(_ => RetryPolicy.DelayFor(request, error, 0)!.Value).ToList();
        Assert.All(delays, delay => Assert.InRange(delay, asked, asked * 1.25));
        Assert.True(delays.Distinct().Count() > 10);
    }

    [Fact]
    public async Task WithoutALimitAnAnswerMayTakeAsLongAsItLikes()
    {
        var config = server.Configuration;
        config.HttpClientTimeout = Timeout.InfiniteTimeSpan;
        using var patient = new KubernetesClient(config, time);
        server.Answers(200, Json.Pod("web", "1"));
        Assert.Equal("web", (await patient.For(KubernetesResources.Pods).ReadNamespacedAsync("shop", "web", Ct)).Name());
        using var limit = new TimeLimit(Timeout.InfiniteTimeSpan, time, Ct);
        limit.Progress();
        time.Advance(TimeSpan.FromDays(1));
        Assert.False(limit.IsOver);
    }
}
