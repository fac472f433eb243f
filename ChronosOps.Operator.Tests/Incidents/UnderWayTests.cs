using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

/// <summary>Two incidents of checkout would roll it back: a, planned ten seconds ago, and b, planned five seconds ago.</summary>
public sealed class UnderWayTests : IDisposable
{
    private readonly FakeApi _api;
    private string? _key;

    public UnderWayTests() => _api = new FakeApi(Answer);

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData("Rollback", null, "Rollback", null, -5, "", "a")]
    [InlineData("Rollback", null, "Rollback", null, -10, "", "a")]
    [InlineData("Rollback", null, "Rollback", null, -15, "b", "")]
    [InlineData("Rollback", null, "Rollback", -4, -5, "b", "")]
    [InlineData("Rollback", -9, "Rollback", null, -15, "", "a")]
    [InlineData("Rollback", -9, "Rollback", -4, -5, "b", "a")]
    [InlineData("Rollback", null, "Undo", null, -5, "b", "")]
    [InlineData("Undo", null, "Rollback", null, -15, "", "a")]
    public async Task OfTwoThatAreBothPlannedOneGoesOn(string one, int? oneApplied, string other, int? otherApplied, int otherPlanned, string waitsForA, string waitsForB)
    {
        var (a, b) = (Planned("a", -10, one, oneApplied), Planned("b", otherPlanned, other, otherApplied));
        var book = await BookAsync(a, b);
        Assert.Equal(waitsForA, string.Join(",", book.UnderWay(SampleWorkload.Key, "uid-a", a)));
        Assert.Equal(waitsForB, string.Join(",", book.UnderWay(SampleWorkload.Key, "uid-b", b)));
    }

    /// <summary>Both are under one policy. What is done counts for both, and of what is only planned what was planned first: they would use up each other's budget, and neither would be done.</summary>
    [Theory]
    [InlineData(null, -5, null, "", "a")]
    [InlineData(null, -10, null, "", "a")]
    [InlineData(null, -15, null, "b", "")]
    [InlineData(-9, -15, null, "b", "a")]
    [InlineData(null, -5, -4, "b", "a")]
    public async Task OfTwoThatAreBothPlannedTheFirstCountsForTheSecondAlone(int? oneApplied, int otherPlanned, int? otherApplied, string countsForA, string countsForB)
    {
        var (a, b) = (Planned("a", -10, applied: oneApplied), Planned("b", otherPlanned, applied: otherApplied));
        (a.Policy, b.Policy) = ("checkout", "checkout");
        var book = await BookAsync(a, b);
        Assert.Equal(countsForA, Counted(book.ActionTimes("shop", "checkout", a.Key, a), "b"));
        Assert.Equal(countsForB, Counted(book.ActionTimes("shop", "checkout", b.Key, b), "a"));
        Assert.Equal(2, book.ActionTimes("shop", "checkout", "uid-c/1", null).Count);

        static string Counted(IReadOnlyList<DateTimeOffset> times, string other) => times.Count == 0 ? "" : other;
    }

    [Fact]
    public async Task WhatIsNotPlannedYetWaitsForAll() =>
        Assert.Equal(["a", "b"], (await BookAsync(Planned("a", -10), Planned("b", -5))).UnderWay(SampleWorkload.Key, "uid-c", null).Order());

    /// <summary>The workload carries the key of a, and b was written down for what a found.</summary>
    [Theory]
    [InlineData("uid-a/1", 2L, null, "WorkloadMovedOn", ActionState.Refused)]
    [InlineData("uid-a/1", 3L, null, "OutcomeUnknown", ActionState.OutcomeUnknown)]
    [InlineData("uid-a/1", 2L, "uid-0/1", "OutcomeUnknown", ActionState.OutcomeUnknown)]
    [InlineData("uid-x/1", 2L, null, "OutcomeUnknown", ActionState.OutcomeUnknown)]
    public async Task WhatAnotherIncidentWasFirstToDoWasNotDoneByThisOne(string key, long generation, string? previous, string reason, ActionState state)
    {
        var (a, b) = (Planned("a", -10, applied: -8), Planned("b", -5));
        (b.TargetGeneration, b.PreviousKey) = (generation, previous);
        _key = key;
        var context = SampleContext.Of(Incident(b), null);
        var result = await new ActingPhase(Assessor(await BookAsync(a, b)), Keeper(await BookAsync(a, b)), Effects).RunAsync(context, TestContext.Current.CancellationToken);
        Assert.Equal((reason, state), (result.Happening?.Reason, b.State));
        Assert.Empty(_api.Writes);
    }

    /// <summary>What the other one does may be all that is needed, and ends by limits of its own, however long this one waited for a hold before.</summary>
    [Theory]
    [InlineData(-60, true, null)]
    [InlineData(-60, false, "EmptyLadder")]
    [InlineData(-1860, true, null)]
    public async Task NoPersonIsAskedWhileAnotherIncidentActs(int entered, bool acts, string? reason)
    {
        var book = await (acts ? BookAsync(Planned("a", -10, applied: -8)) : BookAsync(Array.Empty<Incident>()));
        var incident = SampleContext.In(IncidentPhase.Deciding, "errors");
        incident.Status!.Actions.Clear();
        incident.Status.Timeline[0].Time = SampleWorkload.At(entered);
        var well = SampleContext.Well(SamplePolicy.Effective() with { Ladder = [] });
        var reading = well with { Workload = SampleWorkload.RolledOut(), Signals = [SampleBundle.Fires("errors", SampleWorkload.New), .. SampleBundle.NoSigns()] };
        var result = await new DecidingPhase(Assessor(book), Keeper(book), Effects, TimeSpan.FromSeconds(15)).RunAsync(SampleContext.Of(incident, reading), TestContext.Current.CancellationToken);
        Assert.Equal(reason, result.Happening?.Reason);
        Assert.Equal(reason is null ? "waiting for incident a, which acts on the same workload" : null, incident.Status.Message);
    }

    /// <summary>The rollback of a was to be taken back.</summary>
    [Theory]
    [InlineData(ActionState.Refused, true)]
    [InlineData(ActionState.Planned, false)]
    [InlineData(ActionState.Succeeded, false)]
    public async Task ARollbackWhoseUndoWasRefusedStandsAndQuarantines(ActionState undo, bool expected)
    {
        var rollback = Planned("a", -10, applied: -8);
        (rollback.State, rollback.FromRevision) = (ActionState.Failed, SampleWorkload.New);
        var incident = Incident(rollback);
        incident.Status!.Actions.Add(new ActionRecord { Key = "uid-a/2", Action = ActionNames.Undo, State = undo, FromRevision = SampleWorkload.Old, ToRevision = SampleWorkload.New });
        Assert.Equal(expected, (await BookAsync(incident)).Rollbacks(SampleWorkload.Key, null).Any(rollback => !rollback.IsUndo && rollback.From == SampleWorkload.New));
    }

    private Effects Effects => new(new RollbackEffect(_api.Client), new RestartEffect(_api.Client), new ScaleEffect(_api.Client), new RollingRestartEffect(_api.Client));

    private FakeAnswer Answer(FakeRequest request) => request.PathAndQuery.EndsWith("/deployments/checkout", StringComparison.Ordinal)
        ? new FakeAnswer(200, $$"""{"metadata":{"uid":"uid-checkout","generation":3,"annotations":{"chronosops.io/last-action":"{{_key}}" } }, "status":{"observedGeneration":3} }""")
        : new FakeAnswer(404);

    private GateKeeper Keeper(IncidentBook book) =>
        new(book, new EmergencyStop(_api.Client, "chronosops-system", "chronosops-control"), new StormWatch(book, new SignalBoard(), StormLimits.Default), SampleContext.Chains(_api, book));

    private Assessor Assessor(IncidentBook book)
    {
        var graph = new ServiceGraph(new SilentSource(), TimeSpan.FromSeconds(15), (_, _) => null, (_, _) => []);
        return new(new Collectors(_api.Client, new SilentSource(), new WorkloadCatalog(SampleCaches.Of(_api.Client), new FakeTime()), new SignalBoard(), new KnownGoodBook(), book, graph, TimeSpan.FromSeconds(15)));
    }

    private static ActionRecord Planned(string name, double at, string action = "Rollback", double? applied = null) => new()
    {
        Key = $"uid-{name}/1",
        Action = action,
        State = applied is null ? ActionState.Planned : ActionState.Applied,
        TargetUid = "uid-checkout",
        TargetGeneration = 2,
        PlannedAt = SampleWorkload.At(at),
        AppliedAt = applied is { } then ? SampleWorkload.At(then) : null,
    };

    private static Task<IncidentBook> BookAsync(params ActionRecord[] actions) => BookAsync([.. actions.Select(Incident)]);

    private static async Task<IncidentBook> BookAsync(params Incident[] incidents)
    {
        using var api = new FakeApi(request => SampleCaches.List(request, [.. incidents.Select(incident => JsonSerializer.Serialize(incident, ChronosJson.Default.Incident))]));
        var informer = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(informer, TestContext.Current.CancellationToken);
        return new IncidentBook(informer);
    }

    private static Incident Incident(ActionRecord action) => new()
    {
        Metadata = new() { Name = action.Key[4..5], NamespaceProperty = "shop", Uid = action.Key[..5] },
        Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = "checkout" }, Source = IncidentSource.Operator },
        Status = new IncidentStatus { Phase = action.AppliedAt is null ? IncidentPhase.Acting : IncidentPhase.Verifying, Actions = [action] },
    };
}
