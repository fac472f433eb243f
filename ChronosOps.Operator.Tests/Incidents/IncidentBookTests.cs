using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

/// <summary>What is asked for each workload at each evaluation, and for each alert, of a cache that keeps incidents for a month.</summary>
public sealed class IncidentBookTests
{
    private const string Alert = "1a30ba71cca2921f";

    [Fact]
    public async Task WhatIsAskedOfOneWorkloadTakesNoMoreWhereOthersHadThousandsOfIncidents()
    {
        var (few, many) = (await BookAsync(2), await BookAsync(3000));
        Assert.Equal("checkout-1 checkout-1 checkout-1", Ask(many));
        Assert.InRange(Cost(many), 1, Cost(few) * 2);
    }

    /// <summary>Of the same name, in another namespace or of another kind.</summary>
    [Fact]
    public async Task AWorkloadsIncidentsAreItsOwnAloneTheOldestFirst()
    {
        var book = await BookAsync(0, Ended("later", 60, WorkloadKind.Deployment, "shop"), Ended("set", 0, WorkloadKind.StatefulSet, "shop"), Ended("elsewhere", 0, WorkloadKind.Deployment, "bank"));
        Assert.Equal(["checkout-1", "later"], book.Of(SampleWorkload.Key).Select(incident => incident.Name()));
    }

    /// <summary>An incident that is over keeps no alert that ended with it, and of two open ones that know it the older keeps it.</summary>
    [Fact]
    public async Task AnAlertIsKeptByTheOldestOpenIncidentThatKnowsIt()
    {
        var (over, second) = (Ended("over", -60, WorkloadKind.Deployment, "shop"), Open("checkout-2", 5, "cart"));
        over.Metadata.Annotations = second.Metadata.Annotations;
        Assert.Equal("checkout-1", (await BookAsync(0, over, second)).KeeperOf("shop", Alert)?.Name());
        Assert.Null((await BookAsync(0, over)).KeeperOf("bank", Alert));
        Assert.Null((await BookAsync(0, over)).KeeperOf("shop", "0000000000000000"));
    }

    /// <summary>Whoever named a policy that is not there keeps nobody from seeing what is wrong with the workload.</summary>
    [Theory]
    [InlineData("PolicyNotFound", null)]
    [InlineData("PolicyDoesNotGovern", null)]
    [InlineData("NoRungHelps", "lost-1")]
    public async Task AnIncidentThatLeadsNowhereIsNotTheOpenOneOfItsWorkload(string reason, string? open)
    {
        var incident = Open("lost-1", 0, "lost");
        (incident.Status!.Phase, incident.Status.Reason) = (IncidentPhase.Escalated, reason);
        Assert.Equal(open, (await BookAsync(0, incident)).OpenOf(SampleWorkload.Key with { Name = "lost" })?.Name());
    }

    private static string Ask(IncidentBook book) => $"{book.OpenOf(SampleWorkload.Key)?.Name()} {book.KeeperOf(SampleWorkload.Key)?.Name()} {book.KeeperOf("shop", Alert)?.Name()}";

    private static long Cost(IncidentBook book)
    {
        Ask(book);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Ask(book);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Incident Open(string name, double createdAt, string workload)
    {
        var incident = SampleIncident.Resolved();
        (incident.Metadata.Name, incident.Metadata.Uid, incident.Metadata.CreationTimestamp, incident.Spec.WorkloadRef.Name) = (name, $"uid-{name}", SampleIncident.At(createdAt), workload);
        (incident.Status!.Phase, incident.Status.EndedAt) = (IncidentPhase.Observing, null);
        incident.Metadata.Annotations = new() { [AlertAnnotations.KeyOf(Alert)] = AlertAnnotations.Write(new AlertRecord { Name = "HighErrorRate", StartsAt = SampleIncident.Onset, SeenAt = SampleIncident.Onset }) };
        return incident;
    }

    private static Incident Ended(string name, double createdAt, WorkloadKind kind, string ns)
    {
        var incident = SampleIncident.Resolved();
        (incident.Metadata.Name, incident.Metadata.NamespaceProperty, incident.Metadata.Uid, incident.Metadata.CreationTimestamp) = (name, ns, $"uid-{name}", SampleIncident.At(createdAt));
        incident.Spec.WorkloadRef.Kind = kind;
        return incident;
    }

    /// <summary>An open incident of checkout that knows an alert, and so many of other workloads of the namespace that are over.</summary>
    private static async Task<IncidentBook> BookAsync(int others, params Incident[] more)
    {
        var incidents = Enumerable.Range(0, others).Select(k =>
        {
            var other = Ended($"other-{k}", k, WorkloadKind.Deployment, "shop");
            other.Spec.WorkloadRef.Name = $"other-{k}";
            return other;
        }).Append(Open("checkout-1", 0, "checkout")).Concat(more).Select(incident => JsonSerializer.Serialize(incident, ChronosJson.Default.Incident)).ToArray();
        using var api = new FakeApi(request => SampleCaches.List(request, incidents));
        var cache = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(cache, TestContext.Current.CancellationToken);
        return new IncidentBook(cache);
    }
}
