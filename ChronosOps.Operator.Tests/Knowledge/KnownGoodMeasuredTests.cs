using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Knowledge;

/// <summary>That nothing fires is no proof where nothing is measured. A revision must serve 100 requests in five minutes; it is looked at every five seconds.</summary>
public sealed class KnownGoodMeasuredTests
{
    private const string Uid = "uid-checkout";
    private static readonly EffectivePolicy WithQuery = SamplePolicy.Effective() with { Signals = [SamplePolicy.Query()] };
    private readonly KnownGoodBook _book = new();

    [Fact]
    public void AReleaseThatRenamesItsMetricsProvesNothing()
    {
        Serve(0, 300, Queue(SignalState.Healthy, Old));
        Assert.Equal([Old], Known());
        Serve(305, 2000, Queue(SignalState.Unknown));
        Assert.Equal([Old], Known());

        // Prometheus goes on showing pods that are gone.
        Serve(2005, 2600, Queue(SignalState.Healthy, says: Old));
        Assert.Equal([Old], Known());
    }

    [Fact]
    public void TheClockStandsWhileASignalIsNotMeasuredAndGoesOnWhereItStood()
    {
        Serve(0, 200, Queue(SignalState.Healthy));
        Serve(205, 1000, Queue(SignalState.Unknown));
        Serve(1005, 1095, Queue(SignalState.Healthy));
        Assert.Empty(Known());
        Serve(1100, 1100, Queue(SignalState.Healthy));
        Assert.Equal([New], Known());
        Serve(1105, 1300, Queue(SignalState.Unknown));
        Assert.Equal(At(1100), Assert.Single(_book.Of(Uid)).LastGoodAt);
    }

    [Fact]
    public void ASignalThatWasNeverMeasuredOfTheWorkloadIsNotWaitedFor()
    {
        Serve(0, 300, Queue(SignalState.Unknown));
        Assert.Equal([New], Known());
        Assert.Empty(_book.Of(Uid)[0].Measured);
    }

    [Fact]
    public void WhatWasMeasuredIsRememberedAcrossARestart()
    {
        Serve(0, 300, Queue(SignalState.Healthy, Old));
        var restarted = new KnownGoodBook();
        restarted.Load(new RemediationPolicyStatus { Workloads = [new WorkloadMemory { Name = "checkout", Uid = Uid, KnownGood = [.. _book.Of(Uid)] }] });
        Assert.Equal(["queue"], restarted.Of(Uid)[0].Measured);
        Assert.Equal(["queue"], restarted.MeasuredOf(Uid));
        Serve(305, 2000, Queue(SignalState.Unknown), restarted);
        Assert.Equal([Old], restarted.Of(Uid).Select(good => good.Revision));

        var seeded = new KnownGoodBook();
        seeded.Seed(Uid, _book.Of(Uid));
        Serve(305, 2000, Queue(SignalState.Unknown), seeded);
        Assert.Equal([Old], seeded.Of(Uid).Select(good => good.Revision));
    }

    [Fact]
    public void OfWhatWasMeasuredOnlyThePolicysSignalsAreWrittenDown()
    {
        Serve(0, 150, Queue(SignalState.Healthy));
        Serve(155, 460, Errors(SignalState.Healthy, 0));
        Assert.Equal(["errors"], Assert.Single(_book.Of(Uid)).Measured);
    }

    [Fact]
    public void WithoutRequestMetricsReadinessAloneIsEnough()
    {
        Serve(0, 300, Queue(SignalState.Healthy, Old));
        Serve(305, 605, second => Queue(SignalState.Unknown)(second) with { Policy = WithQuery with { KnownGoodRequests = 0 } });
        Assert.Equal([New, Old], Known());
    }

    [Fact]
    public void WhatIsMeasuredIsNotedThereToo()
    {
        Serve(0, 300, second => Queue(SignalState.Healthy, Old)(second) with { Policy = WithQuery with { KnownGoodRequests = 0 } });
        Assert.Equal(["queue"], Assert.Single(_book.Of(Uid)).Measured);
        Assert.Equal(["queue"], _book.MeasuredOf(Uid));
        Assert.Empty(_book.MeasuredOf("uid-other"));
    }

    /// <summary>Two requests in five seconds, too few for any evaluation to judge.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(0.06, true)]
    public void OfThinTrafficAllRequestsTogetherAreHeldAgainstTheLimit(double errors, bool proven)
    {
        Serve(0, 600, Thin(2, errors));
        Assert.Equal(proven, Known().Length == 1);
    }

    [Fact]
    public void AFewFailedRequestsAtFirstAreNoMoreThanTheirShare()
    {
        Serve(0, 20, Thin(2, 1));
        Serve(25, 325, Thin(2, 0));
        Assert.Equal([New], Known());
    }

    [Fact]
    public void RequestsWithoutTheirStatusProveNothingWhereItWasTold()
    {
        Serve(0, 300, Thin(10, 0, Old));
        Serve(305, 2000, Thin(10, double.NaN));
        Assert.Equal([Old], Known());
        Assert.Equal(["errors"], _book.Of(Uid)[0].Measured);
        Serve(2005, 2310, Thin(10, 0));
        Assert.Equal([New, Old], Known());
    }

    [Fact]
    public void RequestsWithoutTheirStatusAreCountedWhereItWasNeverTold()
    {
        Serve(0, 305, Thin(10, double.NaN));
        Assert.Equal([New], Known());
    }

    [Fact]
    public void DurationsThatAreNoLongerMeasuredProveNothing()
    {
        Serve(0, 300, Thin(10, 0, Old, seconds: 0.1));
        Assert.Equal(["errors", "latency"], _book.Of(Uid)[0].Measured);
        Serve(305, 2000, Thin(10, 0));
        Assert.Equal([Old], Known());
    }

    [Fact]
    public void WhereNoRequestComesNothingIsMissing()
    {
        Serve(0, 150, Thin(10, 0, seconds: 0.1));
        Serve(155, 300, Thin(0, 0));
        Assert.Equal([New], Known());
        Assert.Equal(["errors", "latency"], _book.Of(Uid)[0].Measured);
    }

    [Fact]
    public void WhatIsBeyondItsLimitInTheGraceIsNoProof()
    {
        Serve(0, 60, Errors(SignalState.Unknown, 3, At(0)));
        Serve(65, 355, Errors(SignalState.Healthy, 0));
        Assert.Empty(Known());
        Serve(360, 360, Errors(SignalState.Healthy, 0));
        Assert.Equal([New], Known());
    }

    [Fact]
    public void StepsThatComeLateCountWhole()
    {
        for (var second = 0; second <= 300; second += 5)
        {
            var seen = second - (second % 30);
            _book.Observe(Reading(second, New, SampleTraffic.Steady(12, 10, end: At(seen))) with { Signals = [] }, inTrouble: false);
        }

        Assert.Equal([New], Known());
    }

    [Fact]
    public void WhatMustAgreeWithWhatIsUsualIsJudgedByTheEvaluations()
    {
        var signals = new[] { SamplePolicy.Errors() with { AllMustAgree = true } };
        Serve(0, 300, second => Errors(SignalState.Healthy, 3)(second) with { Policy = SamplePolicy.Effective() with { Signals = signals } });
        Assert.Equal([New], Known());
    }

    private static string Old => SampleWorkload.Old;

    private static string New => SampleWorkload.New;

    private string[] Known() => [.. _book.Of(Uid).Select(good => good.Revision)];

    private void Serve(int from, int to, Func<int, WorkloadReading> reading, KnownGoodBook? book = null)
    {
        for (var second = from; second <= to; second += 5)
        {
            (book ?? _book).Observe(reading(second), inTrouble: false);
        }
    }

    /// <summary>The policy's query alone, and traffic enough.</summary>
    private static Func<int, WorkloadReading> Queue(SignalState state, string? revision = null, string? says = null) => second =>
        Reading(second, revision ?? New, SampleTraffic.Steady(6, 10, end: At(second))) with
        {
            Policy = WithQuery,
            Signals = [SampleBundle.Reading("queue", state) with { Revision = state == SignalState.Unknown ? null : says ?? revision ?? New }],
        };

    private static Func<int, WorkloadReading> Thin(double requests, double errors, string? revision = null, double? seconds = null) => second =>
        Reading(second, revision ?? New, SampleTraffic.Steady(6, requests, errors, seconds, At(second))) with
        {
            Signals = [SampleBundle.Reading("errors", SignalState.Unknown, "too little traffic"), SampleBundle.Reading("latency", SignalState.Unknown, "too little traffic")],
        };

    private static Func<int, WorkloadReading> Errors(SignalState state, double errors, DateTimeOffset? since = null) => second =>
        Reading(second, New, SampleTraffic.Steady(6, 10, errors, end: At(second))) with { Signals = [SampleBundle.Reading("errors", state) with { Since = since }] };

    private static WorkloadReading Reading(int second, string revision, IReadOnlyList<TrafficStep> steps) => new()
    {
        Time = At(second),
        Workload = revision == New ? SampleWorkload.RolledOut() : SampleWorkload.RolledBack(),
        Policy = SamplePolicy.Effective(),
        Signals = [],
        Traffic = SampleTraffic.Of((revision, steps)),
    };

    private static DateTimeOffset At(double seconds) => SampleWorkload.At(seconds);
}
