using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

public sealed class TrafficBuilderTests
{
    private const string NewPod = "checkout-7c9b4d8f6-nnnn1";
    private const string OldPod = "checkout-5f8d6c7b9-oooo1";
    private static readonly DateTimeOffset[] Grid = [.. Enumerable.Range(0, 4).Select(k => SampleWorkload.At(5 * (k - 3)))];

    [Fact]
    public void CountsEachRevisionByItself()
    {
        var traffic = Build(requests: [Series(NewPod, 10), Series(OldPod, 30)], errors: [Series(NewPod, 4)]);
        Assert.Equal((30, 12), Sum(traffic, SampleWorkload.New));
        Assert.Equal((90, 0), Sum(traffic, SampleWorkload.Old));
    }

    [Fact]
    public void AddsThePodsOfARevision() =>
        Assert.Equal((90, 0), Sum(Build([Series(OldPod, 10), Series("checkout-5f8d6c7b9-oooo2", 20)]), SampleWorkload.Old));

    [Fact]
    public void APodThatIsGoneStillCountsForTheRevisionOfItsReplicaSet() =>
        Assert.Equal((30, 0), Sum(Build([Series("checkout-5f8d6c7b9-gone1", 10)]), SampleWorkload.Old));

    [Theory]
    [InlineData(58)]
    [InlineData(59)]
    [InlineData(60)]
    [InlineData(63)]
    [InlineData(57)]
    [InlineData(40)]
    public void APodThatIsGoneStillCountsWhereTheNameOfItsReplicaSetIsLong(int length)
    {
        var replicaSet = new string('a', length - 11) + "-5f8d6c7b9x";
        var workload = SampleWorkload.Rolling() with { Revisions = [SampleWorkload.NewRevision, SampleWorkload.OldRevision with { Holders = [replicaSet] }] };
        var name = replicaSet + "-";
        var pod = (name.Length > 58 ? name[..58] : name) + "gone1";
        Assert.Equal((30, 0), Sum(Build([Series(pod, 10)], workload: workload), SampleWorkload.Old));
    }

    [Theory]
    [InlineData("checkout-api-5f8d6c7b9-aaaa1")]
    [InlineData("checkout-5f8d6c7b9")]
    [InlineData("checkout-5f8d6c7b9-x-aaaa1")]
    [InlineData("check-5f8d6c7b9-aaaa1")]
    [InlineData("checkout-aaaa1")]
    [InlineData("checkout")]
    [InlineData("-")]
    [InlineData("")]
    public void PodsOfOtherWorkloadsWithAlikeNamesAreNotCounted(string pod) =>
        Assert.Empty(Build([Series(pod, 10)]).ByRevision);

    [Fact]
    public void PodsOfOtherNamespacesAreNotCounted() =>
        Assert.Empty(Build([Series(NewPod, 10, @namespace: "bank")]).ByRevision);

    [Fact]
    public void SeriesWithoutAPodAreNotCounted() =>
        Assert.Empty(Build([new Series(new Dictionary<string, string> { ["namespace"] = "shop" }, Series(NewPod, 10).Points)]).ByRevision);

    [Fact]
    public void ErrorsOfOnePodAreNotTakenForThoseOfAnother()
    {
        var traffic = Build(requests: [Series(NewPod, 10), Series(OldPod, 30)], errors: [Series(OldPod, 3)]);
        Assert.Equal((30, 0), Sum(traffic, SampleWorkload.New));
        Assert.Equal((90, 9), Sum(traffic, SampleWorkload.Old));
    }

    /// <summary>Beside pods that tell it, too: whether the release failed more requests than the one before cannot be told.</summary>
    [Fact]
    public void OfAPodThatCountsRequestsWithoutTheirStatusNobodyKnowsHowManyFailed()
    {
        var errors = Series(NewPod, 1);
        errors = errors with { Points = [.. errors.Points.Select(point => point with { Value = double.NaN })] };
        var traffic = Build(requests: [Series(NewPod, 10), Series(OldPod, 30)], errors: [errors, Series(OldPod, 3)]);
        Assert.Equal((30, double.NaN), Sum(traffic, SampleWorkload.New));
        Assert.Equal((90, 9), Sum(traffic, SampleWorkload.Old));
    }

    /// <summary>A container of two began anew, by whose counter the sum fell from 1010 to 960: what the other one has served in its life is no traffic of this step.</summary>
    [Fact]
    public void WhereAPartOfWhatAPodCountsBeginsAnewItsStepIsNotKnown()
    {
        var fallen = Counter(1000, 1010, 960, 970);
        var traffic = Build([fallen, Series(NewPod, 30)], [Counter(100, 104, 90, 94)], [Bucket(fallen, "0.5"), Bucket(fallen, "+Inf")]);
        Assert.Equal((20, 8), Sum(traffic, SampleWorkload.Old));
        Assert.Equal(20, TrafficStep.Sum(traffic.Of(SampleWorkload.Old)).Latency.Total);
        Assert.Equal((90, 0), Sum(traffic, SampleWorkload.New));
    }

    /// <summary>Its errors have not fallen: the requests that they are a share of are not known.</summary>
    [Fact]
    public void ErrorsOfAStepWhoseRequestsAreNotKnownAreNoneOfIt()
    {
        Assert.Equal((20, 0), Sum(Build([Counter(1000, 1010, 5, 15)], [Counter(0, 0, 4, 4)]), SampleWorkload.Old));
        Assert.Equal((20, 3), Sum(Build([Counter(1000, 1010, 5, 15)], [Counter(50, 50, null, 3)]), SampleWorkload.Old));
    }

    [Fact]
    public void ErrorsWithoutRequestsSayNothing() => Assert.Empty(Build(requests: [], errors: [Series(NewPod, 3)]).ByRevision);

    [Fact]
    public void DurationsAreKeptByBoundAndABoundThatIsNoneIsLeftOut()
    {
        var traffic = Build([Series(NewPod, 10)], latency: [Bucket("0.5", 6), Bucket("+Inf", 10), Bucket("fast", 99), Bucket(null, 99)]);
        var histogram = TrafficStep.Sum(traffic.Of(SampleWorkload.New)).Latency;
        Assert.Equal(new Dictionary<double, double> { [0.5] = 18, [double.PositiveInfinity] = 30 }, histogram.Cumulative);
    }

    [Fact]
    public void StepsLieBetweenThePointsOfTheGrid()
    {
        var steps = Build([Series(NewPod, 10)]).Of(SampleWorkload.New);
        Assert.Equal(Grid.Skip(1), steps.Select(step => step.To));
        Assert.All(steps, step => Assert.Equal(TimeSpan.FromSeconds(5), step.To - step.From));
    }

    [Fact]
    public void OnePointMakesNoStep()
    {
        var series = new TrafficSeries([SampleWorkload.Now], [Series(NewPod, 10)], [], null);
        Assert.Same(WorkloadTraffic.None, new TrafficBuilder(series).Of(SampleWorkload.Rolling()));
    }

    private static WorkloadTraffic Build(IReadOnlyList<Series> requests, IReadOnlyList<Series>? errors = null, IReadOnlyList<Series>? latency = null, WorkloadSnapshot? workload = null) =>
        new TrafficBuilder(new TrafficSeries(Grid, requests, errors ?? [], latency)).Of(workload ?? SampleWorkload.Rolling());

    private static (double Requests, double Errors) Sum(WorkloadTraffic traffic, string revision) =>
        (traffic.Of(revision).Sum(step => step.Requests), traffic.Of(revision).Sum(step => step.Errors));

    /// <summary>A counter that has grown by so much at each step.</summary>
    private static Series Series(string pod, double by, string @namespace = "shop") =>
        new(new Dictionary<string, string> { ["namespace"] = @namespace, ["pod"] = pod }, [.. Grid.Select((time, k) => new Point(time, 1000 + (by * k)))]);

    /// <summary>A counter of the old pod with these values; null where there is none.</summary>
    private static Series Counter(params double?[] values) =>
        Series(OldPod, 0) with { Points = [.. values.Index().Where(one => one.Item is not null).Select(one => new Point(Grid[one.Index], one.Item!.Value))] };

    private static Series Bucket(string? bound, double by) => Bucket(Series(NewPod, by), bound);

    private static Series Bucket(Series series, string? bound)
    {
        var labels = new Dictionary<string, string>(series.Labels);
        if (bound is not null)
        {
            labels["le"] = bound;
        }

        return series with { Labels = labels };
    }
}
