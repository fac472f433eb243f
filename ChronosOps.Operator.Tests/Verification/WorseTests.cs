using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Verification;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Verification;

/// <summary>Before the action ten requests a second came, 40 % of them failed, and three pods were available. It was rolled out twenty seconds ago, and the last three checks were unhealthy.</summary>
public sealed class WorseTests
{
    /// <summary>62 % of the requests fail since.</summary>
    [Theory]
    [InlineData(50, Conclusion.Worse)]
    [InlineData(60, Conclusion.Worse)]
    [InlineData(65, Conclusion.Failed)]
    [InlineData(200, Conclusion.Failed)]
    public void ARollbackIsNotBlamedForMoreLoad(double requests, Conclusion expected) => Assert.Equal(expected, Conclude(Rollback(), Serving(requests, requests * 0.62)));

    /// <summary>Old pods that are full are taken out of service.</summary>
    [Theory]
    [InlineData(50, Conclusion.Worse)]
    [InlineData(200, Conclusion.Failed)]
    public void NorForThePodsThatMoreLoadCosts(double requests, Conclusion expected)
    {
        var reading = Serving(requests, requests * 0.4);
        Assert.Equal(expected, Conclude(Rollback(), reading with { Workload = reading.Workload with { AvailableReplicas = 2 } }));
    }

    /// <summary>Replicas added under no more load are taken back, by a narrower measure: no pod has ended since, and with it what it had counted last.</summary>
    [Theory]
    [InlineData(55, Conclusion.Worse)]
    [InlineData(60, Conclusion.Failed)]
    public void AddedReplicasAreNotEither(double requests, Conclusion expected)
    {
        var action = Rollback();
        (action.FromRevision, action.FromReplicas, action.ToReplicas) = (null, 2, 3);
        Assert.Equal(expected, Conclude(action, Serving(requests, requests * 0.62)));
    }

    /// <summary>An autoscaler, or a person, asks for two replicas by now.</summary>
    [Theory]
    [InlineData(2, Conclusion.Failed)]
    [InlineData(1, Conclusion.Worse)]
    public void FewerPodsThanBeforeAreNotWorseWhereFewerAreAskedFor(int available, Conclusion expected)
    {
        var reading = Serving(50, 20);
        Assert.Equal(expected, Conclude(Rollback(), reading with { Workload = reading.Workload with { Replicas = 2, AvailableReplicas = available } }));
    }

    /// <summary>Steps of two minutes, as a policy has them that looks back for hours: the newest began before the last minute.</summary>
    [Fact]
    public void TheLoadBeforeIsMeasuredInLongStepsToo()
    {
        var step = TimeSpan.FromMinutes(2);
        var served = new TrafficStep(SampleWorkload.Now - step, SampleWorkload.Now, 1200, 0, LatencyHistogram.Empty);
        var before = Verifier.MeasureBefore(Serving(50) with { Traffic = new WorkloadTraffic(step, new Dictionary<string, IReadOnlyList<TrafficStep>> { [SampleWorkload.Old] = [served] }) });
        Assert.Equal("10", Assert.Single(before, measure => measure.Signal == "requests per second").Value);
    }

    private static Conclusion Conclude(ActionRecord action, WorkloadReading reading)
    {
        action.Checks = [.. Enumerable.Repeat(new CheckRecord { Result = nameof(CheckResult.Unhealthy) }, 3)];
        return Verifier.Conclude(action, reading.Policy, reading, SampleWorkload.Now);
    }

    private static ActionRecord Rollback() => new()
    {
        FromRevision = SampleWorkload.New,
        ToRevision = SampleWorkload.Old,
        AppliedAt = SampleWorkload.At(-60),
        RolledOutAt = SampleWorkload.At(-20),
        Before = Verifier.MeasureBefore(Serving(50) with { Workload = SampleWorkload.Rolling(), Signals = [SampleBundle.Fires("errors", SampleWorkload.New)] }),
    };

    /// <summary>So many requests in each of the last four steps of five seconds, and so many of them failed.</summary>
    private static WorkloadReading Serving(double requests, double errors = 0) => new()
    {
        Time = SampleWorkload.Now,
        Workload = SampleWorkload.RolledBack(),
        Policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors() with { Grace = TimeSpan.Zero }] },
        Signals = [SampleBundle.Reading("errors", SignalState.Healthy)],
        Traffic = SampleTraffic.Of((SampleWorkload.Old, SampleTraffic.Steady(4, requests, errors))),
    };
}
