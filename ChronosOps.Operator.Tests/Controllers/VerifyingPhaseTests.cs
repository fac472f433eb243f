using System.Text.Json;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Verification;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

public sealed class VerifyingPhaseTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>The policy allows five minutes; the rollback was accepted twelve minutes ago, and rolled out soon after.</summary>
    [Theory]
    [InlineData(-15.0, null, null)]
    [InlineData(-690.0, null, 630L)]
    [InlineData(null, null, 640L)]
    [InlineData(-300.0, 390L, 630L)]
    public async Task TimeInWhichNobodyLookedDoesNotCountAgainstIt(double? lookedAt, long? before, long? after)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        var action = incident.Status!.Actions[0];
        (action.LookedAt, action.UnwatchedSeconds, action.RolledOutAt) = (lookedAt is { } at ? SampleWorkload.At(at) : null, before, SampleWorkload.At(-700));
        var result = await Phase(api)
            .RunAsync(SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())), TestContext.Current.CancellationToken);
        Assert.Equal((after, SampleWorkload.Now), (action.UnwatchedSeconds, action.LookedAt!.Value));
        Assert.Equal(after is null ? "Inconclusive" : null, result.Happening?.Reason);
    }

    /// <summary>Measured, and no worse than before: that is no end yet, the next rung is thought over.</summary>
    [Fact]
    public async Task WhatDidNotHelpIsThoughtOver()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        var action = incident.Status!.Actions[0];
        action.RolledOutAt = SampleWorkload.At(-120);
        action.LookedAt = SampleWorkload.At(-15);
        action.Checks = [.. Enumerable.Range(1, 3).Select(k => new CheckRecord { Time = SampleWorkload.At(-60 + (15 * k)), Result = "Unhealthy", Message = "errors: 40% errors, limit 5% errors" })];
        var well = SampleContext.Well(SamplePolicy.Effective());
        var result = await Phase(api).RunAsync(SampleContext.Of(incident, well with { Signals = [SampleBundle.Fires("errors", SampleWorkload.Old)], Time = SampleWorkload.At(-15) }), TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.DidNotHelp, "ActionDidNotHelp", ActionState.Failed), (result.Happening?.Trigger, result.Happening?.Reason, action.State));
    }

    /// <summary>Fewer replicas turned out to be too few: they are asked for again, and the diagnosis stays what it was.</summary>
    [Fact]
    public async Task AHandBackThatDoesNotGoWellIsTakenBack()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        var action = new ActionRecord
        {
            Key = "uid-incident/2",
            Attempt = 2,
            Action = "HandBack",
            State = ActionState.Applied,
            FromReplicas = 5,
            ToReplicas = 3,
            ToRevision = SampleWorkload.Old,
            TargetGeneration = 2,
            AppliedAt = SampleWorkload.At(-150),
            RolledOutAt = SampleWorkload.At(-120),
            LookedAt = SampleWorkload.At(-15),
            FieldsHandedBack = true,
            Checks = [.. Enumerable.Range(1, 3).Select(k => new CheckRecord { Time = SampleWorkload.At(-60 + (15 * k)), Result = "Unhealthy", Message = "errors: 40% errors, limit 5% errors" })],
        };
        incident.Status!.Actions = [new ActionRecord { Key = "uid-incident/1", Action = "Scale", State = ActionState.Succeeded, FromReplicas = 3, ToReplicas = 5 }, action];
        var well = SampleContext.Well(SamplePolicy.Effective()) with { Time = SampleWorkload.At(-15) };
        var result = await Phase(api).RunAsync(SampleContext.Of(incident, well), TestContext.Current.CancellationToken);
        var undo = incident.Status.Actions[^1];
        Assert.Equal((Trigger.UndoPlanned, ActionState.Failed, "Undo", 3, 5), (result.Happening?.Trigger, action.State, undo.Action, undo.FromReplicas, undo.ToReplicas));

        (undo.State, undo.AppliedAt, undo.FieldsHandedBack, undo.TargetGeneration) = (ActionState.Applied, SampleWorkload.At(-14), true, 2);
        well = well with { Time = SampleWorkload.Now, Workload = well.Workload with { Replicas = 5, UpdatedReplicas = 5, TotalReplicas = 5, AvailableReplicas = 5 } };
        result = await Phase(api).RunAsync(SampleContext.Of(incident, well), TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.HandedBack, "HandBackUndone"), (result.Happening?.Trigger, result.Happening?.Reason));
    }

    [Fact]
    public async Task WhoeverSetsOtherReplicasMeanwhileHasTakenOver()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        incident.Status!.Actions = [new ActionRecord { Key = "uid-incident/1", Action = "Scale", State = ActionState.Applied, FromReplicas = 3, ToReplicas = 5, ToRevision = SampleWorkload.Old, TargetGeneration = 2, AppliedAt = SampleWorkload.At(-15), FieldsHandedBack = true }];
        var result = await Phase(api).RunAsync(SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())), TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.NotVerified, "TakenOver"), (result.Happening?.Trigger, result.Happening?.Reason));
    }

    [Theory]
    [InlineData(true, "PolicyGone")]
    [InlineData(false, "WorkloadGone")]
    public async Task AnActionWhoseWorkloadOrPolicyGoesIsNotLeftAsApplied(bool workloadStays, string reason)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        var context = SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())) with { Policy = null, Reading = null };
        var result = await Phase(api).RunAsync(workloadStays ? context : context with { Workload = null }, TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.TargetGone, reason), (result.Happening?.Trigger, result.Happening?.Reason));
        var action = Assert.Single(incident.Status!.Actions);
        Assert.Equal((ActionState.Inconclusive, context.Now, "Rollback/Inconclusive"), (action.State, action.FinishedAt, incident.Status.LastAction));
        Assert.Equal(result.Happening?.Message, action.Message);
    }

    /// <summary>
    /// The pods are no longer scraped after ten seconds: what was measured is looked at again and again, at each evaluation, and by a process that was started anew in between. When they are scraped again
    /// the checks go on from where they were.
    /// </summary>
    [Fact]
    public async Task LookingAgainAtWhatWasMeasuredIsNoFurtherCheck()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = Verified("errors");
        for (var k = 0; k < 6; k++)
        {
            Assert.Null((await LookAsync(api, incident, At(-90 + (5 * k)), SampleTraffic.Steady(2, 50, end: At(-95)))).Happening);
            incident = Restarted(incident);
        }

        var first = Assert.Single(incident.Status!.Actions[0].Checks);
        Assert.Equal(("Healthy", At(-90), At(-95)), (first.Result, first.Time!.Value, first.MeasuredUntil!.Value));
        Assert.Null((await LookAsync(api, incident, At(-60), SampleTraffic.Steady(2, 50, end: At(-60)))).Happening);
        Assert.Null((await LookAsync(api, incident, At(-55), SampleTraffic.Steady(2, 50, end: At(-60)))).Happening);
        Assert.Equal(Trigger.Verified, (await LookAsync(api, incident, At(-50), SampleTraffic.Steady(2, 50, end: At(-55)))).Happening?.Trigger);
        Assert.Equal(3, incident.Status!.Actions[0].Checks.Count);
    }

    /// <summary>Twice measured in a minute and a half, and half of the requests failed: that is not three times, whatever is done next would rest on too little.</summary>
    [Fact]
    public async Task WhatWasMeasuredTooSeldomIsInconclusiveForBadToo()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = Verified("errors");
        foreach (var seconds in new[] { -90, -85, -80, -75 })
        {
            Assert.Null((await LookAsync(api, incident, At(seconds), SampleTraffic.Steady(2, 50, 25, end: At(Math.Min(seconds, -85))))).Happening);
        }

        var over = await LookAsync(api, incident, At(-29), SampleTraffic.Steady(2, 50, 25, end: At(-85)));
        Assert.Equal((Trigger.NotVerified, "Inconclusive"), (over.Happening?.Trigger, over.Happening?.Reason));
        Assert.Equal("it could not be measured within 1m30s whether it helped: only 2 of 3 checks in a row are unhealthy, by what was measured until 11:58:35Z: errors: 50% errors, limit 5% errors", over.Happening?.Message);
    }

    /// <summary>Nobody scrapes the workload, and its policy asks for no requests of a known good revision. So many were counted before the rollback.</summary>
    [Theory]
    [InlineData(0.0, "Verified", "OutOfMemory")]
    [InlineData(0.0, "Verified", "OutOfMemory", "CrashLoop")]
    [InlineData(0.0, "Verified", "NotReady")]
    [InlineData(0.0, "Verified", "Restarting", "alert/PodRestarts")]
    [InlineData(0.0, null, "errors", "OutOfMemory")]
    [InlineData(0.0, null, "EndpointsMissing")]
    [InlineData(900.0, null, "OutOfMemory")]
    [InlineData(900.0, "Verified", "CrashLoop")]
    [InlineData(null, null, "OutOfMemory")]
    public async Task WhereNobodyMeasuresRequestsACompleteRolloutIsTheProof(double? counted, string? reason, params string[] signals)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = Verified(signals);
        incident.Status!.Actions[0].Before = Verifier.MeasureBefore(SampleContext.Well(Policy), counted);
        var results = new List<PhaseResult>();
        for (var k = 0; k < 3; k++)
        {
            results.Add(await LookAsync(api, incident, At(-90 + (5 * k)), []));
        }

        Assert.Equal(reason, results[^1].Happening?.Reason);
        Assert.Equal(reason is null ? "Unknown" : "Healthy", incident.Status.Actions[0].Checks[^1].Result);
    }

    /// <summary>The rollback fails nine of ten requests, where two of ten failed before. The workload orders is scaled to nothing; who calls it decides whether the rollback is to blame.</summary>
    [Theory]
    [InlineData(true, true, "WorseAndNotUndone")]
    [InlineData(false, true, "WorseThanBefore")]
    [InlineData(true, false, "WorseThanBefore")]
    public async Task WhatBothRevisionsCallIsNotTheDoingOfTheRollback(bool suspectCalls, bool targetCalls, string reason)
    {
        using var api = new FakeApi(Answer);
        var caches = SampleCaches.Of(api.Client);
        await SampleCaches.FillAsync(caches.Deployments, TestContext.Current.CancellationToken);
        var incident = Verified("errors");
        var action = incident.Status!.Actions[0];
        action.Before = [new MeasureRecord { Signal = "errors", Value = "0.2" }, new MeasureRecord { Signal = "requests per second", Value = "10" }];
        action.Checks = [.. Enumerable.Range(1, 2).Select(k => new CheckRecord { Time = At(-110 + (5 * k)), Result = "Unhealthy", MeasuredUntil = At(-110 + (5 * k)) })];
        var (old, suspect) = (SampleWorkload.OldFacts with { Hosts = Hosts(targetCalls) }, SampleWorkload.NewFacts with { Hosts = Hosts(suspectCalls) });
        var workload = SampleWorkload.RolledBack() with { Current = old, Revisions = [SampleWorkload.NewRevision with { Facts = suspect }, SampleWorkload.OldRevision with { Facts = old }] };
        var result = await LookAsync(api, incident, At(-90), SampleTraffic.Steady(2, 50, 45, end: At(-90)), new WorkloadCatalog(caches, new FakeTime()), workload);

        Assert.Equal((reason, ActionState.Failed), (result.Happening?.Reason, action.State));
        Assert.Equal(reason == "WorseThanBefore" ? ["Rollback", "Undo"] : ["Rollback"], incident.Status.Actions.Select(one => one.Action));
        var decision = Assert.Single(incident.Status.Decisions);
        Assert.Equal(("Undo", 2), (decision.Action, decision.Attempt));
        Assert.Equal(reason == "WorseThanBefore" ? "Allow" : "Deny", decision.Gates.Single(gate => gate.Gate == "Origin").Verdict);
        if (reason == "WorseAndNotUndone")
        {
            Assert.Equal((Trigger.NotVerified, "things are worse than before: errors: 90% errors, limit 5% errors; it is not taken back: Origin: deployment/orders, which both revisions call, is ill itself: it is scaled to 0"),
                (result.Happening!.Trigger, result.Happening.Message));
        }

        static HashSet<string> Hosts(bool calls) => calls ? ["orders"] : [];

        static FakeAnswer Answer(FakeRequest request) => request.PathAndQuery.Split('?')[0] switch
        {
            "/apis/apps/v1/deployments" => SampleCaches.List(request, """{ "metadata": { "name": "orders", "namespace": "shop", "uid": "uid-orders" }, "spec": { "replicas": 0, "template": {} } }"""),
            "/apis/apps/v1/namespaces/shop/deployments/checkout" => new FakeAnswer(200, """{ "metadata": { "name": "checkout", "namespace": "shop", "uid": "uid-checkout" } }"""),
            _ => new FakeAnswer(404),
        };
    }

    /// <summary>A database gives way under more callers: that they are taken back is what mends it.</summary>
    [Fact]
    public async Task AddedReplicasAreTakenBackWhateverIsIll()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = Verified("errors");
        var action = incident.Status!.Actions[0];
        (action.Action, action.FromRevision, action.FromReplicas, action.ToReplicas) = ("Scale", null, 2, 3);
        action.Before = [new MeasureRecord { Signal = "errors", Value = "0.2" }, new MeasureRecord { Signal = "requests per second", Value = "10" }];
        action.Checks = [.. Enumerable.Range(1, 2).Select(k => new CheckRecord { Time = At(-110 + (5 * k)), Result = "Unhealthy", MeasuredUntil = At(-110 + (5 * k)) })];
        var result = await LookAsync(api, incident, At(-90), SampleTraffic.Steady(2, 50, 45, end: At(-90)));
        Assert.Equal((Trigger.UndoPlanned, "Undo", 2), (result.Happening?.Trigger, incident.Status.Actions[^1].Action, incident.Status.Actions[^1].ToReplicas));
        Assert.Empty(incident.Status.Decisions);
    }

    private static readonly EffectivePolicy Policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors() with { Grace = TimeSpan.Zero }], KnownGoodRequests = 0, VerificationTimeout = TimeSpan.FromSeconds(90) };

    private static DateTimeOffset At(double seconds) => SampleWorkload.At(seconds);

    /// <summary>A rollback that was accepted two minutes ago, and rolled out ten seconds later.</summary>
    private static Incident Verified(params string[] signals)
    {
        var incident = SampleContext.In(IncidentPhase.Verifying, signals);
        (incident.Status!.Actions[0].AppliedAt, incident.Status.Actions[0].RolledOutAt) = (At(-120), At(-110));
        return incident;
    }

    /// <summary>As a process finds it that is started anew.</summary>
    private static Incident Restarted(Incident incident) =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(incident, ChronosJson.Default.Incident), ChronosJson.Default.Incident)!;

    /// <summary>One look, every five seconds, at what the target has served.</summary>
    private static Task<PhaseResult> LookAsync(FakeApi api, Incident incident, DateTimeOffset time, IReadOnlyList<TrafficStep> served, WorkloadCatalog? catalog = null, WorkloadSnapshot? workload = null)
    {
        var well = SampleContext.Well(Policy);
        var reading = well with { Time = time, Workload = workload ?? well.Workload, Traffic = SampleTraffic.Of((SampleWorkload.Old, served)) };
        return Phase(api, catalog).RunAsync(SampleContext.Of(incident, reading), TestContext.Current.CancellationToken);
    }

    private static VerifyingPhase Phase(FakeApi api, WorkloadCatalog? catalog = null) => new(SampleContext.Assessor(api, catalog), SampleContext.Keeper(api), new Effects(new RollbackEffect(api.Client), new RestartEffect(api.Client), new ScaleEffect(api.Client), new RollingRestartEffect(api.Client)), Interval);
}
