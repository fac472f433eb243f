using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>The new revision was blamed, and rolled back to the old one, which runs and fails.</summary>
public sealed class ActingPhaseTests
{
    /// <summary>Somebody pulls the emergency stop before it is taken back, or not.</summary>
    [Theory]
    [InlineData(false, "Allow")]
    [InlineData(true, "Wait")]
    public async Task WhileARollbackIsTakenBackTheBlameStaysWhereItWas(bool stopped, string verdict)
    {
        using var api = new FakeApi(request => Answer(request, stopped));
        var incident = SampleContext.In(IncidentPhase.Acting, "errors");
        var status = incident.Status!;
        (status.Cause, status.Confidence, status.Suspect, status.PolicyGeneration) = ("BadRelease", "0.9", new RevisionRecord { Hash = SampleWorkload.New }, 0);
        status.Findings = [new FindingRecord { Id = "f1", Message = "errors: only the new revision fails" }];
        status.Hypotheses = [new HypothesisRecord { Cause = "BadRelease", Subject = "release 2" }];
        var rollback = status.Actions[0];
        (rollback.State, rollback.AppliedAt, rollback.RolledOutAt) = (ActionState.Failed, SampleWorkload.At(-120), SampleWorkload.At(-110));
        rollback.Before = [new MeasureRecord { Signal = "errors", Value = "0.2" }, new MeasureRecord { Signal = "requests per second", Value = "10" }];
        status.Actions.Add(RollbackPlan.Write("uid-incident", 2, ActionNames.Undo, SampleWorkload.RolledBack(), SampleWorkload.NewRevision, SampleWorkload.At(-1)));
        var worse = SampleContext.Well(SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors() with { Grace = TimeSpan.Zero }] }) with { Traffic = SampleTraffic.Of((SampleWorkload.Old, SampleTraffic.Steady(4, 50, 45))) };
        var reading = worse with { Signals = [SampleBundle.Fires("errors", SampleWorkload.Old), .. SampleBundle.NoSigns()] };
        var phase = new ActingPhase(SampleContext.Assessor(api), SampleContext.Keeper(api), new Effects(new RollbackEffect(api.Client), new RestartEffect(api.Client), new ScaleEffect(api.Client), new RollingRestartEffect(api.Client)));
        await phase.RunAsync(SampleContext.Of(incident, reading), TestContext.Current.CancellationToken);

        var decision = Assert.Single(status.Decisions);
        Assert.Equal(("Undo", 2, verdict, reading.Policy.Generation), (decision.Action, decision.Attempt, decision.Verdict, status.PolicyGeneration));
        Assert.Equal(("BadRelease", "0.9", SampleWorkload.New), (status.Cause, status.Confidence, status.Suspect?.Hash));
        Assert.Equal(("f1", "release 2"), (Assert.Single(status.Findings).Id, Assert.Single(status.Hypotheses).Subject));
    }

    private static FakeAnswer Answer(FakeRequest request, bool stopped) => request.PathAndQuery.Split('?')[0] switch
    {
        "/apis/apps/v1/namespaces/shop/deployments/checkout" => new FakeAnswer(200, """{ "metadata": { "name": "checkout", "namespace": "shop", "uid": "uid-checkout", "generation": 3 }, "status": { "observedGeneration": 3 } }"""),
        "/api/v1/namespaces/chronosops-system/configmaps/chronosops-control" => new FakeAnswer(200, $$"""{ "data": { "emergencyStop": "{{(stopped ? "true" : "false")}}" } }"""),
        _ => new FakeAnswer(404),
    };
}
