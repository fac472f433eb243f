using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

public sealed class TemplateCollectorTests
{
    /// <summary>Two revisions are compared once, and what was found is found again.</summary>
    [Fact]
    public async Task WhatTheReleaseChangedAndWhatOfItAsksForMoreIsRead()
    {
        var api = new FakeApi(request => new FakeAnswer(200, request.PathAndQuery.EndsWith("/checkout-7c9b4d8f6", StringComparison.Ordinal) ? Set("64") : Set("100m")));
        var collector = new TemplateCollector(new RevisionTemplates(api.Client));
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var bundle = await collector.CollectAsync(SampleBundle.BadRelease(), new CollectionRequest(SampleContext.Well(SamplePolicy.Effective()), SampleBundle.Onset, SampleWorkload.Now), TestContext.Current.CancellationToken);
            Assert.Equal(["containers[app].resources.requests.cpu from 100m to 64"], bundle.TemplateChanges!);
            Assert.Equal(new NewDemands("resources.requests.cpu", "resources.requests.cpu"), bundle.NewDemands);
            Assert.Equal(new NewDemands(null, null), bundle.OldDemands);
        }

        Assert.Equal(2, api.Requests.Count);
    }

    [Fact]
    public async Task WhatCannotBeReadIsNotKnown()
    {
        var api = new FakeApi(_ => new FakeAnswer(403));
        var bundle = await new TemplateCollector(new RevisionTemplates(api.Client)).CollectAsync(SampleBundle.BadRelease(), new CollectionRequest(SampleContext.Well(SamplePolicy.Effective()), SampleBundle.Onset, SampleWorkload.Now), TestContext.Current.CancellationToken);
        Assert.Null(bundle.TemplateChanges);
        Assert.Null(bundle.NewDemands);
    }

    private static string Set(string cpu) =>
        """{"metadata": {"name": "x"}, "spec": {"template": {"spec": {"containers": [{"name": "app", "resources": {"requests": {"cpu": "CPU"}}}]}}}}""".Replace("CPU", cpu, StringComparison.Ordinal);
}
