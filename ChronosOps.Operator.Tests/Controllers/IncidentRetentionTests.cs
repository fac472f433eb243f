using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

public sealed class IncidentRetentionTests
{
    private static readonly TimeSpan Month = TimeSpan.FromHours(720);

    [Theory]
    [InlineData(IncidentPhase.Resolved)]
    [InlineData(IncidentPhase.Dismissed)]
    [InlineData(IncidentPhase.Failed)]
    public async Task WhatEndedLongAgoIsDeletedIfItIsStillTheSame(IncidentPhase phase)
    {
        var (api, after) = await EnforceAsync(Ended(phase, 720), Month);
        var delete = Assert.Single(api.Requests);
        Assert.Equal(("DELETE", "/apis/chronosops.io/v1alpha1/namespaces/shop/incidents/checkout-1"), (delete.Method, delete.PathAndQuery));
        Assert.Equal("""{"uid":"uid-incident","resourceVersion":"7"}""", delete.Body!["preconditions"]!.ToJsonString());
        Assert.Equal("Background", (string?)delete.Body["propagationPolicy"]);
        Assert.Null(after);
    }

    [Theory]
    [InlineData(719, 1)]
    [InlineData(1, 12)]
    public async Task WhatEndedSinceIsLookedAtAgainInTime(int hoursAgo, int again)
    {
        var (api, after) = await EnforceAsync(Ended(IncidentPhase.Resolved, hoursAgo), Month);
        Assert.Empty(api.Requests);
        Assert.Equal(TimeSpan.FromHours(again), after);
    }

    [Theory]
    [InlineData(IncidentPhase.Escalated)]
    [InlineData(IncidentPhase.Mitigated)]
    [InlineData(IncidentPhase.Verifying)]
    public Task WhatIsNotOverIsKeptWhateverItSaysOfItsEnd(IncidentPhase phase) => AssertKeptAsync(Ended(phase, 9999), Month);

    [Fact]
    public Task ZeroKeepsForEver() => AssertKeptAsync(Ended(IncidentPhase.Resolved, 9999), TimeSpan.Zero);

    [Fact]
    public Task WhatDoesNotSayWhenItEndedIsKept()
    {
        var incident = Ended(IncidentPhase.Resolved, 9999);
        incident.Status!.EndedAt = null;
        return AssertKeptAsync(incident, Month);
    }

    [Fact]
    public async Task WhatIsGoneAlreadyIsNoFailure() => Assert.Null((await EnforceAsync(Ended(IncidentPhase.Resolved, 721), Month, 404)).After);

    private static async Task AssertKeptAsync(Incident incident, TimeSpan keep)
    {
        var (api, after) = await EnforceAsync(incident, keep);
        Assert.Empty(api.Requests);
        Assert.Null(after);
    }

    private static async Task<(FakeApi Api, TimeSpan? After)> EnforceAsync(Incident incident, TimeSpan keep, int status = 200)
    {
        var api = new FakeApi(_ => new FakeAnswer(status));
        var retention = new IncidentRetention(api.Client, keep, new FakeTime(), NullLogger<IncidentRetention>.Instance);
        return (api, await retention.EnforceAsync(incident, TestContext.Current.CancellationToken));
    }

    private static Incident Ended(IncidentPhase phase, int hoursAgo)
    {
        var incident = SampleContext.In(phase, "errors");
        incident.Metadata.ResourceVersion = "7";
        incident.Status!.EndedAt = FakeTime.Epoch.AddHours(-hoursAgo);
        return incident;
    }
}
