using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>The new revision was rolled back, and somebody has applied something since.</summary>
public sealed class ReappliedTests
{
    private static readonly Dictionary<string, TemplateFacts> Applied = new()
    {
        ["the same"] = SampleWorkload.NewFacts,
        ["the same with a stamp"] = SampleWorkload.Stamped("registry.example/checkout:2"),
        ["another with a stamp"] = SampleWorkload.Stamped("registry.example/checkout:3"),
        ["what was returned to, with a stamp"] = SampleWorkload.Stamped("registry.example/checkout:1"),
    };

    [Theory]
    [InlineData("the same", "RevisionReapplied")]
    [InlineData("the same with a stamp", "RevisionReapplied")]
    [InlineData("another with a stamp", "TakenOver")]
    [InlineData("what was returned to, with a stamp", "TakenOver")]
    public async Task WhileTheRollbackIsVerified(string applied, string reason)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var phase = new VerifyingPhase(SampleContext.Assessor(api), SampleContext.Keeper(api), new Effects(new RollbackEffect(api.Client), new RestartEffect(api.Client), new ScaleEffect(api.Client), new RollingRestartEffect(api.Client)), TimeSpan.FromSeconds(15));
        var result = await phase.RunAsync(SampleContext.Of(SampleContext.In(IncidentPhase.Verifying, "errors"), Reading(applied)), TestContext.Current.CancellationToken);
        Assert.Equal(reason, result.Happening?.Reason);
    }

    [Theory]
    [InlineData("the same", Trigger.Reapplied)]
    [InlineData("the same with a stamp", Trigger.Reapplied)]
    [InlineData("another with a stamp", Trigger.Outlived)]
    [InlineData("what was returned to, with a stamp", Trigger.Outlived)]
    public async Task WhileItIsWatched(string applied, Trigger trigger)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var phase = new MitigatedPhase(SampleContext.Keeper(api), new AutoscalerReader(api.Client));
        var result = await phase.RunAsync(SampleContext.Of(SampleContext.In(IncidentPhase.Mitigated, "errors"), Reading(applied)), TestContext.Current.CancellationToken);
        Assert.Equal(trigger, result.Happening?.Trigger);
    }

    private static WorkloadReading Reading(string applied) => SampleContext.Well(SamplePolicy.Effective()) with { Workload = SampleWorkload.Released(Applied[applied]) };
}
