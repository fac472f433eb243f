using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Verification;
using Xunit;

namespace ChronosOps.Operator.Tests.Verification;

/// <summary>
/// A policy asks for errors, and for a second signal that is not measured now. An incident was seen in the errors; they were rolled back, the rollout was over a minute ago, and none are measured since.
/// </summary>
public sealed class EverMeasuredTests
{
    private static readonly EffectiveSignal Errors = SamplePolicy.Errors() with { Grace = TimeSpan.Zero };
    private static readonly EffectiveSignal Usual = SamplePolicy.Latency() with { Threshold = double.PositiveInfinity, Baseline = new EffectiveBaseline(BaselineSensitivity.High, BaselineDirection.Above) };

    public static TheoryData<string, bool> Situations => new()
    {
        { "it never was", true },
        { "it was before the action", false },
        { "it was before an earlier action", false },
        { "it was while a revision proved itself", false },
        { "it fired", false },
        { "the series cannot be read", false },
        { "it is beyond its limit in the grace", false },
    };

    /// <summary>It is no reason to call a rollback, or a recovery, in doubt for ever.</summary>
    [Theory]
    [MemberData(nameof(Situations))]
    public void WhatWasNeverMeasuredIsNotWaitedForAndWhatWasIsMissing(string situation, bool isPassedOver)
    {
        var (status, reading) = Case(SamplePolicy.Query(), SampleBundle.Reading("queue", SignalState.Unknown, "the query gives no series"), situation);
        Assert.Equal(isPassedOver ? CheckResult.Healthy : CheckResult.Unknown, Look(status, reading).Result);
        Assert.Equal(isPassedOver, Recovery.IsComplete(reading, status));
    }

    /// <summary>Half an hour is needed to learn what is usual; requests are counted meanwhile, so that there is a value all the time.</summary>
    [Theory]
    [MemberData(nameof(Situations))]
    public void WhatIsUsualIsNotWaitedForBeforeItWasEverKnown(string situation, bool isPassedOver)
    {
        var (status, reading) = Case(Usual, SampleBundle.Reading("latency", SignalState.Unknown, "not judged by what is usual yet") with { Value = 0.1, Learning = "not judged by what is usual yet" }, situation);
        Assert.Equal(isPassedOver ? CheckResult.Healthy : CheckResult.Unknown, Look(status, reading).Result);
        Assert.Equal(isPassedOver, Recovery.IsComplete(reading, status));
    }

    [Fact]
    public void WhatIsStillLearntIsNotMeasuredBeforeAnAction()
    {
        var (_, reading) = Case(Usual, SampleBundle.Reading("latency", SignalState.Unknown) with { Value = 0.1, Learning = "not judged by what is usual yet" }, "it never was");
        Assert.DoesNotContain(Verifier.MeasureBefore(reading), measure => measure.Signal == "latency");
        Assert.Contains(Verifier.MeasureBefore(reading with { Signals = [reading.Of("latency")! with { State = SignalState.Healthy, Learning = null }] }), measure => measure.Signal == "latency");
    }

    [Fact]
    public void TheCheckSaysWhatItDoesNotRestOn()
    {
        var (status, reading) = Case(SamplePolicy.Query(), SampleBundle.Reading("queue", SignalState.Unknown), "it never was");
        Assert.Equal("3 pods ready, errors 0% errors, queue not measured", Look(status, reading).Message);
    }

    /// <summary>Unknown is never healthy: something has to tell.</summary>
    [Fact]
    public void WhereNothingWasEverMeasuredNothingIsVerified()
    {
        var (status, reading) = Case(SamplePolicy.Query(), SampleBundle.Reading("queue", SignalState.Unknown, "the query gives no series"), "it never was");
        var blind = reading with { Policy = reading.Policy with { Signals = [SamplePolicy.Query()] }, Signals = [reading.Of("queue")!, .. SampleBundle.NoSigns()] };
        status.Actions[0].Before = [];
        Assert.Equal((CheckResult.Unknown, "queue: the query gives no series"), Said(Look(status, blind)));
        Assert.False(Recovery.IsComplete(blind, status));
        Assert.False(Recovery.IsComplete(blind, new IncidentStatus()));

        var unserved = blind with { Policy = reading.Policy with { Signals = [Errors] }, Traffic = WorkloadTraffic.None, Measured = new HashSet<string>() };
        Assert.Equal((CheckResult.Unknown, "errors: not enough requests measured since the rollout finished"), Said(Look(new IncidentStatus { Actions = status.Actions }, unserved)));
    }

    /// <summary>A person reported it, and nothing fires; or it was seen in pods alone, and they are well.</summary>
    [Fact]
    public void WhatElseTellsThatItIsOver()
    {
        var (_, reading) = Case(SamplePolicy.Query(), SampleBundle.Reading("queue", SignalState.Unknown), "it never was");
        Assert.True(Recovery.IsComplete(reading, new IncidentStatus()));
        var pods = new IncidentStatus { Signals = [new SignalRecord { Name = PodSigns.CrashLoop }] };
        Assert.True(Recovery.IsComplete(reading, pods));
        Assert.False(Recovery.IsComplete(reading with { Signals = [.. reading.Signals.Where(signal => signal.Signal != PodSigns.CrashLoop), SampleBundle.Sign(PodSigns.CrashLoop)] }, pods));
    }

    private static (CheckResult, string) Said(Check check) => (check.Result, check.Message);

    private static Check Look(IncidentStatus status, WorkloadReading reading) => Verifier.Look(status.Actions[^1], reading, status, rolloutProves: false);

    private static (IncidentStatus Status, WorkloadReading Reading) Case(EffectiveSignal second, SignalReading seen, string situation)
    {
        var policy = SamplePolicy.Effective() with { Signals = [Errors, second] };
        var reading = SampleContext.Well(policy) with { Traffic = SampleTraffic.Of((SampleWorkload.Old, SampleTraffic.Steady(4, 50, seconds: 0.1))) };
        reading = reading with { Signals = [reading.Of("errors")!, situation == "it is beyond its limit in the grace" ? seen with { Value = 0.9, Since = SampleWorkload.At(-50) } : seen, .. SampleBundle.NoSigns()] };
        var before = Verifier.MeasureBefore(reading with { Signals = [SampleBundle.Fires("errors", SampleWorkload.New)] });
        var withSecond = Verifier.MeasureBefore(reading with { Signals = [SampleBundle.Fires("errors", SampleWorkload.New), SampleBundle.Reading(second.Name, SignalState.Healthy) with { Value = 1 }] });
        var action = new ActionRecord
        {
            Action = "Rollback",
            FromRevision = SampleWorkload.New,
            ToRevision = SampleWorkload.Old,
            AppliedAt = SampleWorkload.At(-90),
            RolledOutAt = SampleWorkload.At(-60),
            Before = situation == "it was before the action" ? withSecond : before,
        };
        var status = new IncidentStatus
        {
            Signals = [.. new[] { "errors", situation == "it fired" ? second.Name : "" }.Where(name => name.Length > 0).Select(name => new SignalRecord { Name = name, State = "Firing" })],
            Actions = situation == "it was before an earlier action" ? [new ActionRecord { Action = "Restart", Before = withSecond }, action] : [action],
        };
        return (status, reading with
        {
            Measured = new HashSet<string> { "errors", situation == "it was while a revision proved itself" ? second.Name : "errors" },
            SeriesError = situation == "the series cannot be read" ? "Timeout: no answer" : null,
        });
    }
}
