using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

/// <summary>The release before had an account, a priority class and a claim; the one that runs has another account, and the same claim.</summary>
public sealed class PrerequisiteCollectorTests
{
    private static readonly Prerequisite Account = new(Prerequisite.ServiceAccount, "old-account");
    private static readonly Prerequisite Class = new(Prerequisite.PriorityClass, "important");
    private static readonly Prerequisite Claim = new(Prerequisite.Claim, "data");

    [Fact]
    public async Task OnlyWhatTheRunningReleaseDoesNotNeedIsLookedAt()
    {
        var (facts, asked) = await CollectAsync(200);
        Assert.Equal([new PrerequisiteFact(Account, true), new PrerequisiteFact(Class, true)], facts);
        Assert.Equal(["/api/v1/namespaces/shop/serviceaccounts/old-account", "/apis/scheduling.k8s.io/v1/priorityclasses/important"], asked);
    }

    [Fact]
    public async Task AClaimIsLookedAtInItsNamespace()
    {
        var (facts, asked) = await CollectAsync(200, SampleWorkload.NewFacts);
        Assert.Equal(3, facts.Count);
        Assert.Contains("/api/v1/namespaces/shop/persistentvolumeclaims/data", asked);
    }

    [Theory]
    [InlineData(200, "", true)]
    [InlineData(200, """, "deletionTimestamp": "2026-01-01T00:00:00Z" """, false)] // a pod that names it would not start
    [InlineData(404, "", false)]
    [InlineData(403, "", null)]
    public async Task WhatIsThereIsToldFromWhatIsGoneAndFromWhatMayNotBeLookedAt(int status, string besides, bool? exists) =>
        Assert.Equal(exists, (await CollectAsync(status, besides: besides)).Facts[0].Exists);

    [Fact]
    public async Task OfRevisionsThatAreNotKnownToBeGoodNothingIsAsked()
    {
        var (facts, asked) = await CollectAsync(200, known: false);
        Assert.Empty(facts);
        Assert.Empty(asked);
    }

    private static async Task<(IReadOnlyList<PrerequisiteFact> Facts, IReadOnlyList<string> Asked)> CollectAsync(int status, TemplateFacts? current = null, string besides = "", bool known = true)
    {
        using var api = new FakeApi(request => new FakeAnswer(status, status == 200
            ? $$"""{ "kind": "PartialObjectMetadata", "metadata": { "name": "it"{{besides}} } }"""
            : $$"""{ "kind": "Status", "status": "Failure", "code": {{status}}, "message": "no" }"""));
        var bundle = SampleBundle.BadRelease();
        bundle = bundle with
        {
            Workload = bundle.Workload with
            {
                Current = current ?? SampleWorkload.NewFacts with { Prerequisites = [new Prerequisite(Prerequisite.ServiceAccount, "new-account"), Claim] },
                Revisions = [SampleWorkload.NewRevision, SampleWorkload.OldRevision with { Facts = SampleWorkload.OldFacts with { Prerequisites = [Account, Class, Claim] } }],
            },
            KnownGood = known ? bundle.KnownGood : [],
        };
        var collected = await new PrerequisiteCollector(api.Client).CollectAsync(bundle, null!, TestContext.Current.CancellationToken);
        return (collected.Prerequisites, [.. api.Requests.Select(request => request.PathAndQuery)]);
    }
}
