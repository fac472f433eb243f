using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Knowledge;

/// <summary>A revision must serve 100 requests in five minutes; it is looked at every five seconds.</summary>
public sealed class KnownGoodBookTests
{
    private const string Uid = "uid-checkout";
    private readonly KnownGoodBook _book = new();

    [Fact]
    public void ARevisionProvesItselfByTimeAndRequests()
    {
        Serve(0, 295);
        Assert.True(_book.IsBlank(Uid));
        Serve(300, 300);
        var good = Assert.Single(_book.Of(Uid));
        Assert.Equal((SampleWorkload.New, At(300), At(300), KnownGoodSource.Observed), (good.Revision, good.ProvenAt, good.LastGoodAt, good.Source));
    }

    [Fact]
    public void TimeAloneProvesNothing()
    {
        Serve(0, 300, requests: 1);
        Assert.True(_book.IsBlank(Uid));
        Serve(305, 495, requests: 1);
        Assert.True(_book.IsBlank(Uid));
        Serve(500, 500, requests: 1);
        Assert.False(_book.IsBlank(Uid));
    }

    [Fact]
    public void WithoutRequestMetricsTimeIsEnough()
    {
        Serve(0, 300, requests: 0, change: r => r with { Policy = r.Policy with { KnownGoodRequests = 0 }, SeriesError = "Unreachable: no answer" });
        Assert.False(_book.IsBlank(Uid));
    }

    [Fact]
    public void TroubleStartsTheClockAnew()
    {
        Serve(0, 200);
        Serve(205, 205, change: r => r with { Signals = [SampleBundle.Reading("errors", SignalState.Pending)] });
        Serve(210, 505);
        Assert.True(_book.IsBlank(Uid));
        Serve(510, 510);
        Assert.False(_book.IsBlank(Uid));
    }

    [Fact]
    public void AnOpenIncidentStartsTheClockAnew() => AssertInterrupted(r => r, inTrouble: true);

    [Fact]
    public void ARolloutStartsTheClockAnew() => AssertInterrupted(r => r with { Workload = SampleWorkload.Rolling() });

    [Fact]
    public void ASignalThatFiresStartsTheClockAnew() => AssertInterrupted(r => r with { Signals = [SampleBundle.Fires("errors", null)] });

    [Fact]
    public void SeriesThatCannotBeReadStartTheClockAnew() => AssertInterrupted(r => r with { SeriesError = "Timeout: no answer" });

    [Fact]
    public void RequestsThatCannotBeCountedStartTheClockAnew() => AssertInterrupted(r => r with { RequestsError = "Timeout: no answer" });

    [Fact]
    public void AWorkloadWithoutPodsProvesNothing() =>
        AssertInterrupted(r => r with { Workload = r.Workload with { Replicas = 0, UpdatedReplicas = 0, TotalReplicas = 0, AvailableReplicas = 0 } });

    [Fact]
    public void AnotherRevisionStartsFromNothing()
    {
        Serve(0, 295);
        Serve(300, 595, change: r => r with { Workload = SampleWorkload.RolledBack(), Traffic = SampleTraffic.Of((SampleWorkload.Old, SampleTraffic.Steady(6, 10, end: r.Time))) });
        Assert.True(_book.IsBlank(Uid));
    }

    [Fact]
    public void WhatIsProvenIsRefreshedAndKeepsItsFirstTime()
    {
        Serve(0, 400);
        var good = Assert.Single(_book.Of(Uid));
        Assert.Equal((At(300), At(400)), (good.ProvenAt, good.LastGoodAt));
    }

    [Fact]
    public void WhenTheFirstOfThePodsStartedIsRememberedOnceTheyHaveServedForAsLongAsAProofTakes()
    {
        Serve(0, 300);
        Assert.Equal(SampleWorkload.RolloutStart, _book.Of(Uid)[0].StartedAt);

        // One by one so fast that no evaluation saw one missing.
        Serve(305, 695, change: Replaced);
        Assert.Equal(SampleWorkload.RolloutStart, _book.Of(Uid)[0].StartedAt);
        Serve(700, 700, change: Replaced);
        Assert.Equal(At(400), _book.Of(Uid)[0].StartedAt);

        static WorkloadReading Replaced(WorkloadReading reading) => reading with
        {
            Workload = reading.Workload with
            {
                Pods =
                [
                    .. reading.Workload.Pods.Select((pod, k) => pod with { CreatedAt = At(400 + k) }),
                    SampleWorkload.Pod("checkout-7c9b4d8f6-gone1", SampleWorkload.New, At(-30)) with { Deleting = true },
                    SampleWorkload.Pod("checkout-5f8d6c7b9-oooo1", SampleWorkload.Old, At(-30)),
                ],
            },
        };
    }

    [Fact]
    public void WhenPodsStartedThatHaveNotServedForLongEnoughIsNotKnown()
    {
        Serve(0, 300, change: reading => reading with { Workload = reading.Workload with { Pods = [.. reading.Workload.Pods.Select(pod => pod with { CreatedAt = At(1) })] } });
        Assert.Null(Assert.Single(_book.Of(Uid)).StartedAt);
    }

    [Fact]
    public void AtMostThreeRevisionsAreRememberedNewestFirst()
    {
        _book.Seed(Uid, [Good("a"), Good("b"), Good("c"), Good("d")]);
        Assert.Equal(["a", "b", "c"], _book.Of(Uid).Select(good => good.Revision));
        Serve(0, 300);
        Assert.Equal([SampleWorkload.New, "a", "b"], _book.Of(Uid).Select(good => good.Revision));
    }

    [Fact]
    public void ARevisionThatIsKnownMovesToTheFront()
    {
        _book.Seed(Uid, [Good("a"), Good(SampleWorkload.New)]);
        Serve(0, 300);
        Assert.Equal([SampleWorkload.New, "a"], _book.Of(Uid).Select(good => good.Revision));
        Assert.Equal((At(-99), KnownGoodSource.SeededFromHistory), (_book.Of(Uid)[0].ProvenAt, _book.Of(Uid)[0].Source));
    }

    [Fact]
    public void WhatThePolicysStatusRemembersIsTakenOver()
    {
        _book.Load(Status(Uid, "a"));
        Assert.Equal(["a"], _book.Of(Uid).Select(good => good.Revision));
    }

    [Fact]
    public void OfAStatusThatRemembersTooManyTheNewestAreTakenOver()
    {
        var status = Status(Uid, "a");
        status.Workloads[0].KnownGood.AddRange([Good("b"), Good("c"), Good("d")]);
        _book.Load(status);
        Assert.Equal(["a", "b", "c"], _book.Of(Uid).Select(good => good.Revision));
    }

    [Fact]
    public void AWorkloadThatIsGoneIsForgotten()
    {
        _book.Seed(Uid, [Good("a")]);
        _book.Seed("uid-of-another", [Good("b")]);
        _book.Keep(new HashSet<string> { "uid-of-another", "uid-of-a-third" });
        Assert.True(_book.IsBlank(Uid));
        Assert.False(_book.IsBlank("uid-of-another"));
    }

    [Fact]
    public void AStaleStatusDoesNotReplaceWhatIsKnown()
    {
        _book.Load(Status(Uid, "a"));
        Serve(0, 300);
        _book.Load(Status(Uid, "a"));
        Assert.Equal([SampleWorkload.New, "a"], _book.Of(Uid).Select(good => good.Revision));
    }

    [Fact]
    public void AWorkloadMadeAnewHasNoMemory()
    {
        _book.Load(Status("uid-of-the-one-before", "a"));
        Assert.True(_book.IsBlank(Uid));
    }

    [Fact]
    public void AStatusWithoutUidOrNoneAtAllIsPassedOver()
    {
        _book.Load(null);
        _book.Load(Status(null, "a"));
        Assert.True(_book.IsBlank(Uid));
    }

    private void AssertInterrupted(Func<WorkloadReading, WorkloadReading> interruption, bool inTrouble = false)
    {
        Serve(0, 295);
        Serve(300, 300, change: interruption, inTrouble: inTrouble);
        Serve(305, 600);
        Assert.True(_book.IsBlank(Uid));
        Serve(605, 605);
        Assert.False(_book.IsBlank(Uid));
    }

    /// <summary>Evaluations from one second to another, each with the traffic of the last half minute.</summary>
    private void Serve(int from, int to, double requests = 10, Func<WorkloadReading, WorkloadReading>? change = null, bool inTrouble = false)
    {
        for (var second = from; second <= to; second += 5)
        {
            var reading = new WorkloadReading
            {
                Time = At(second),
                Workload = SampleWorkload.RolledOut(),
                Policy = SamplePolicy.Effective(),
                Signals = [SampleBundle.Reading("errors", SignalState.Healthy)],
                Traffic = SampleTraffic.Of((SampleWorkload.New, SampleTraffic.Steady(6, requests, end: At(second)))),
            };
            _book.Observe(change?.Invoke(reading) ?? reading, inTrouble);
        }
    }

    private static RemediationPolicyStatus Status(string? uid, string revision) => new() { Workloads = [new WorkloadMemory { Name = "checkout", Uid = uid, KnownGood = [Good(revision)] }] };

    private static KnownGoodRevision Good(string revision) => new() { Revision = revision, ProvenAt = At(-99), LastGoodAt = At(-99), Source = KnownGoodSource.SeededFromHistory };

    private static DateTimeOffset At(double seconds) => SampleWorkload.At(seconds);
}
