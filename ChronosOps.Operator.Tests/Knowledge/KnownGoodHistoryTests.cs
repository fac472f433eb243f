using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Knowledge;

/// <summary>A revision must have served 100 requests in five minutes: 60 steps of five seconds.</summary>
public sealed class KnownGoodHistoryTests
{
    private static readonly EffectivePolicy Errors = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors()] };

    [Fact]
    public void ARevisionThatServedWellForLongEnoughIsFound()
    {
        var good = Assert.Single(Read(Old(60, 10)));
        Assert.Equal((SampleWorkload.Old, SampleWorkload.Now, SampleWorkload.At(-60)), (good.Revision, good.ProvenAt, good.LastGoodAt));
        Assert.Equal(KnownGoodSource.SeededFromHistory, good.Source);
        Assert.Equal(["errors"], good.Measured);
    }

    /// <summary>Of a revision that served for a minute, points a minute apart show nothing.</summary>
    [Theory]
    [InlineData(15, 15)]
    [InlineData(100, 25)]
    [InlineData(300, 60)]
    [InlineData(300, 25, 100.0)]
    public void ItIsReadAsCloselyAsTheShortestOfThePoliciesNeeds(double seconds, double step, double? other = null) =>
        Assert.Equal(step, KnownGoodHistory.StepFor(new[] { seconds, other ?? seconds }.Select(duration => Errors with { KnownGoodDuration = TimeSpan.FromSeconds(duration) })).TotalSeconds);

    [Fact]
    public void ARevisionThatServedTooShortIsNot() => Assert.Empty(Read(Old(59, 10)));

    [Fact]
    public void ARevisionThatServedTooLittleIsNot() => Assert.Empty(Read(Old(60, 1)));

    [Fact]
    public void ARevisionThatFailedTooOftenIsNot() => Assert.Empty(Read(Old(60, 10, errors: 1)));

    [Fact]
    public void ARevisionThatWasTooSlowIsNot() =>
        Assert.Empty(Read([(SampleWorkload.Old, SampleTraffic.Steady(60, 10, seconds: 1))], SamplePolicy.Effective()));

    [Fact]
    public void ARevisionWhoseDurationsWereMeasuredIsFound() =>
        Assert.Single(Read([(SampleWorkload.Old, SampleTraffic.Steady(60, 10, seconds: 0.25))], SamplePolicy.Effective()));

    [Fact]
    public void ARevisionWhoseDurationsWereNeverMeasuredIsNot() => Assert.Empty(Read(Old(60, 10), SamplePolicy.Effective()));

    [Fact]
    public void ARevisionWhoseOwnQueriesWereNotReadIsNot() => Assert.Empty(Read(Old(60, 10), Errors with { Signals = [SamplePolicy.Errors(), SamplePolicy.Query()] }));

    [Fact]
    public void ARevisionUnderAPolicyThatKnowsOnlyWhatIsUsualIsNot() => Assert.Empty(Read(Old(60, 10), Errors with { Signals = [SamplePolicy.Errors() with { Threshold = double.PositiveInfinity }] }));

    [Fact]
    public void ARevisionThatAnIncidentBlamedIsNot() => Assert.Empty(Read(Old(60, 10), suspects: [SampleWorkload.Old]));

    [Fact]
    public void ARevisionThatIsNoLongerKeptIsNot() => Assert.Empty(Read([("gone", SampleTraffic.Steady(60, 10))]));

    [Fact]
    public void StepsWithoutRequestsProveNothing() =>
        Assert.Empty(Read([(SampleWorkload.Old, [.. SampleTraffic.Steady(60, 0, end: SampleWorkload.At(-200)), .. SampleTraffic.Steady(40, 10)])]));

    [Fact]
    public void WithoutRequestsToCountTheHistoryTellsNothing() => Assert.Empty(Read(Old(60, 10), Errors with { KnownGoodRequests = 0 }));

    [Fact]
    public void TheRevisionThatServedLastComesFirst() =>
        Assert.Equal(
            [SampleWorkload.New, SampleWorkload.Old],
            Read([.. Old(60, 10), (SampleWorkload.New, SampleTraffic.Steady(60, 10))]).Select(good => good.Revision));

    private static (string, IReadOnlyList<TrafficStep>)[] Old(int steps, double requests, double errors = 0) =>
        [(SampleWorkload.Old, SampleTraffic.Steady(steps, requests, errors, end: SampleWorkload.At(-60)))];

    private static IReadOnlyList<KnownGoodRevision> Read((string, IReadOnlyList<TrafficStep>)[] traffic, EffectivePolicy? policy = null, string[]? suspects = null) =>
        KnownGoodHistory.Read(SampleWorkload.Rolling(), policy ?? Errors, SampleTraffic.Of(traffic), suspects ?? [], SampleWorkload.Now);
}
