using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

/// <summary>Two incidents would add replicas: a, planned ten seconds ago, and b, planned five seconds ago.</summary>
public sealed class ScalingUnderWayTests
{
    private static readonly ActionRecord First = Planned("a", -10);
    private static readonly ActionRecord Second = Planned("b", -5);

    [Fact]
    public async Task OfTwoThatAreBothPlannedTheFirstGoesOnAndTheSecondWaits()
    {
        var book = await BookAsync(First, Second);
        Assert.Empty(book.ScalingUnderWay("uid-a", First));
        Assert.Equal(["shop/a"], book.ScalingUnderWay("uid-b", Second));
    }

    [Fact]
    public async Task OfTwoThatWerePlannedAtOnceExactlyOneGoesOn()
    {
        var same = Planned("b", -10);
        var book = await BookAsync(First, same);
        Assert.Single(new[] { book.ScalingUnderWay("uid-a", First), book.ScalingUnderWay("uid-b", same) }, others => others.Count == 0);
    }

    [Fact]
    public async Task WhatIsNotPlannedYetWaitsForAll() => Assert.Equal(["shop/a", "shop/b"], (await BookAsync(First, Second)).ScalingUnderWay("uid-c", null));

    [Fact]
    public async Task WhatIsOnItsWayIsWaitedForWhoeverWasFirst()
    {
        var applied = Planned("b", -5);
        applied.AppliedAt = SampleWorkload.At(-4);
        var book = await BookAsync(First, applied);
        Assert.Equal(["shop/b"], book.ScalingUnderWay("uid-a", First));
        applied.RolledOutAt = SampleWorkload.At(-1);
        Assert.Empty((await BookAsync(First, applied)).ScalingUnderWay("uid-a", First));
    }

    private static ActionRecord Planned(string name, double at) => new()
    {
        Key = $"uid-{name}/1",
        Action = "Scale",
        State = ActionState.Planned,
        FromReplicas = 2,
        ToReplicas = 4,
        PlannedAt = SampleWorkload.At(at),
    };

    private static async Task<IncidentBook> BookAsync(params ActionRecord[] actions)
    {
        using var api = new FakeApi(request => SampleCaches.List(request, [.. actions.Select(action => JsonSerializer.Serialize(Incident(action), ChronosJson.Default.Incident))]));
        var informer = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(informer, TestContext.Current.CancellationToken);
        return new IncidentBook(informer);
    }

    private static Incident Incident(ActionRecord action) => new()
    {
        Metadata = new() { Name = action.Key[4..5], NamespaceProperty = "shop", Uid = action.Key[..5] },
        Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = "checkout" }, Source = IncidentSource.Operator },
        Status = new IncidentStatus { Phase = IncidentPhase.Acting, Actions = [action] },
    };
}
