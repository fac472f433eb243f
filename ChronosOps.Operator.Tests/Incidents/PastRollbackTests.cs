using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

/// <summary>An earlier incident of checkout rolled the new revision back to the old one two minutes ago, which had been seen good ten minutes ago.</summary>
public sealed class PastRollbackTests
{
    [Theory]
    [InlineData(ActionState.Planned, "")]
    [InlineData(ActionState.Refused, "")]
    [InlineData(ActionState.Applied, "New to Old at -120")]
    [InlineData(ActionState.Failed, "New to Old at -120")]
    [InlineData(ActionState.Inconclusive, "New to Old at -120")]
    public async Task WhatTookEffectCounts(ActionState state, string expected) =>
        Assert.Equal(expected, string.Join(", ", (await PastAsync(Rollback(state))).Select(Text)));

    /// <summary>That it made things worse is known before it is taken back. One whose undo was refused stands.</summary>
    [Theory]
    [InlineData(ActionState.Planned, null, "Old to New at -60, undo")]
    [InlineData(ActionState.Refused, null, "New to Old at -120")]
    [InlineData(ActionState.Succeeded, -50, "Old to New at -50, undo")]
    public async Task InPlaceOfAnUndoneOneItsUndoCounts(ActionState state, int? applied, string expected) =>
        Assert.Equal(expected, string.Join(", ", (await PastAsync(Rollback(ActionState.Failed), Undo(state, applied))).Select(Text)));

    [Fact]
    public async Task ReplicasThatWereTakenBackLeaveTheRollback()
    {
        var scale = new ActionRecord { Key = "uid-a/2", Action = "Undo", State = ActionState.Succeeded, FromReplicas = 5, ToReplicas = 3, ToRevision = SampleWorkload.Old, AppliedAt = SampleWorkload.At(-60) };
        Assert.Equal("New to Old at -120", string.Join(", ", (await PastAsync(Rollback(ActionState.Succeeded), scale)).Select(Text)));
    }

    /// <summary>The new revision, which runs again, fails again.</summary>
    [Theory]
    [InlineData(-600, 0)]
    [InlineData(-10, 1)]
    public async Task WhatMadeThingsWorseIsNoTargetUntilItProvesItselfAnew(int lastGood, int targets)
    {
        var past = await PastAsync(Rollback(ActionState.Failed), Undo(ActionState.Succeeded, -50));
        var good = new KnownGoodRevision { Revision = SampleWorkload.Old, ProvenAt = SampleWorkload.At(-95000), LastGoodAt = SampleWorkload.At(lastGood) };
        Assert.Equal(targets, KnownGoodCollector.Of(SampleWorkload.RolledOut(), [good], past).Count);
    }

    private static string Text(PastRollback one) =>
        $"{(one.From == SampleWorkload.New ? "New" : "Old")} to {(one.To == SampleWorkload.New ? "New" : "Old")} at {(one.At - SampleWorkload.Now).TotalSeconds}{(one.IsUndo ? ", undo" : "")}";

    private static ActionRecord Rollback(ActionState state) => new()
    {
        Key = "uid-a/1",
        Action = "Rollback",
        State = state,
        FromRevision = SampleWorkload.New,
        ToRevision = SampleWorkload.Old,
        PlannedAt = SampleWorkload.At(-125),
        AppliedAt = state is ActionState.Planned or ActionState.Refused ? null : SampleWorkload.At(-120),
    };

    private static ActionRecord Undo(ActionState state, int? applied) => new()
    {
        Key = "uid-a/2",
        Action = "Undo",
        State = state,
        FromRevision = SampleWorkload.Old,
        ToRevision = SampleWorkload.New,
        PlannedAt = SampleWorkload.At(-60),
        AppliedAt = applied is { } at ? SampleWorkload.At(at) : null,
    };

    private static async Task<IReadOnlyList<PastRollback>> PastAsync(params ActionRecord[] actions)
    {
        var incident = new Incident
        {
            Metadata = new() { Name = "a", NamespaceProperty = "shop", Uid = "uid-a" },
            Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = "checkout" }, Source = IncidentSource.Operator },
            Status = new IncidentStatus { Phase = IncidentPhase.Resolved, WorkloadUid = "uid-checkout", Actions = [.. actions] },
        };
        using var api = new FakeApi(request => SampleCaches.List(request, JsonSerializer.Serialize(incident, ChronosJson.Default.Incident)));
        var informer = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(informer, TestContext.Current.CancellationToken);
        return new IncidentBook(informer).Rollbacks(SampleWorkload.Key, "uid-checkout");
    }
}
