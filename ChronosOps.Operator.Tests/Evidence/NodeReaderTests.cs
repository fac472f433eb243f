using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

public sealed class NodeReaderTests
{
    [Fact]
    public async Task TheNodesAreListedOnceForAllCollectorsOfARequest()
    {
        using var api = new FakeApi(request => SampleCaches.List(request));
        var reader = new NodeReader(api.Client, new WorkloadCatalog(SampleCaches.Of(api.Client), new FakeTime()));
        var request = Request();
        var first = await reader.ReadAsync(request, TestContext.Current.CancellationToken);
        Assert.Same(first, await reader.ReadAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal(1, Lists());

        Assert.NotSame(first, await reader.ReadAsync(Request(), TestContext.Current.CancellationToken));
        Assert.Equal(2, Lists());

        int Lists() => api.Requests.Count(request => request.PathAndQuery.StartsWith("/api/v1/nodes", StringComparison.Ordinal));
    }

    private static CollectionRequest Request() => new(SampleContext.Well(SamplePolicy.Effective()), SampleBundle.Onset, SampleWorkload.Now);
}
