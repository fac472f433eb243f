using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

public sealed class PodIndexTests
{
    private static readonly WorkloadSnapshot Checkout = SampleWorkload.Rolling();

    [Fact]
    public void ASeriesOfAnotherNamespaceIsNeverAWorkloads()
    {
        var index = new PodIndex([Series("bank", "checkout-7c9b4d8f6-nnnn1"), Series("shop-2", "checkout-7c9b4d8f6-nnnn1"), Series("sho", "checkout-7c9b4d8f6-nnnn1"), Series(null, "checkout-7c9b4d8f6-nnnn1")]);
        Assert.Empty(index.Of(Checkout, new PodLives(Checkout)));
        Assert.Equal((0, 1, 1), (index.Count("shop"), index.Count("bank"), index.Count("shop-2")));
    }

    [Fact]
    public void OfAQueryThatIsBoundToANamespaceOnlyWhatNamesAnotherIsLeftOut()
    {
        var index = new PodIndex([Series("bank", "checkout-7c9b4d8f6-nnnn1"), Series(null, "checkout-7c9b4d8f6-nnnn1")], "shop");
        Assert.Single(index.Of(Checkout, new PodLives(Checkout)));
        Assert.Equal(0, index.Count("bank"));
    }

    [Fact]
    public void APodIsFoundByItsNameOrByThatOfItsReplicaSet()
    {
        string[] pods = ["checkout-5f8d6c7b9-gone1", "checkout-5f8d6c7b9-oooo1", "checkout-7c9b4d8f6-nnnn1"];
        string[] others = ["checkout", "checkout-5f8d6c7b9", "checkout-5f8d6c7b9-x-aaaa1", "checkout-api-5f8d6c7b9-aaaa1", "cart-1", "zzz"];
        var index = new PodIndex([.. others.Concat(pods).Reverse().Select(pod => Series("shop", pod))]);
        Assert.Equal(pods, index.Of(Checkout, new PodLives(Checkout)).Select(found => found.Life.Pod));
    }

    /// <summary>Names of ReplicaSets of which one begins with the other, or that are cut at the same character, find no pod twice.</summary>
    [Fact]
    public void NoSeriesIsFoundTwice()
    {
        var (first, second) = (new string('a', 58) + "x", new string('a', 58) + "y");
        var workload = Checkout with { Revisions = [SampleWorkload.NewRevision with { Holders = [first, "checkout"] }, SampleWorkload.OldRevision with { Holders = [second, "checkout-1"] }] };
        var index = new PodIndex([Series("shop", new string('a', 58) + "gone1"), Series("shop", "checkout-1-aaaa1"), Series("shop", "checkout-1")]);
        Assert.Equal([new string('a', 58) + "gone1", "checkout-1", "checkout-1-aaaa1"], index.Of(workload, new PodLives(workload)).Select(found => found.Life.Pod));
    }

    [Fact]
    public void TheSeriesOfAPodAreThereInTheOrderOfTheAnswer()
    {
        var buckets = Enumerable.Range(0, 5).Select(k => Series("shop", "a") with { Points = [new Point(SampleWorkload.Now, k)] }).ToList();
        var index = new PodIndex([Series("shop", "b"), .. buckets, Series("shop", null)]);
        Assert.Equal(buckets, index.Of("shop", "a"));
        Assert.Single(index.WithoutPod("shop"));
        Assert.Equal(7, index.Count("shop"));
    }

    private static Series Series(string? ns, string? pod)
    {
        var labels = new Dictionary<string, string>();
        if (ns is not null)
        {
            labels["namespace"] = ns;
        }

        if (pod is not null)
        {
            labels["pod"] = pod;
        }

        return new Series(labels, []);
    }
}
