using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>What the operator's pod has written to anybody else's object, anywhere in the cluster but where another test that runs beside this one has its services, by the API server's audit log.</summary>
internal static class OperatorWrites
{
    private const string Writer = $"system:serviceaccount:{OperatorPod.Namespace}:chronosops";

    /// <summary>The writes since a moment that changed a spec, as namespace/name, sorted.</summary>
    public static IReadOnlyList<string> OfSpecs(DateTimeOffset since) => [.. Foreign(since).Where(write => write.ChangedSpec).Select(write => $"{write.Namespace}/{write.Name}").Order(StringComparer.Ordinal)];

    /// <summary>The pods that were evicted since a moment, as namespace/name, oldest first; whoever evicts wrote to nothing else of anybody's.</summary>
    public static IReadOnlyList<string> Evictions(DateTimeOffset since)
    {
        Assert.All(Foreign(since), write => Assert.Equal(("create", "pods", "eviction"), (write.Verb, write.Resource, write.Subresource)));
        return [.. Foreign(since).Select(write => $"{write.Namespace}/{write.Name}")];
    }

    /// <summary>Since that moment it changed the specs of exactly these Deployments, each once, and wrote to nothing else of anybody's.</summary>
    public static void AssertOnly(DateTimeOffset since, params ServiceUnderTraffic[] services)
    {
        var expected = services.Select(service => $"{service.Namespace}/{service.Name}").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected, OfSpecs(since));
        Assert.All(Foreign(since), write =>
        {
            Assert.Equal(("patch", "apps", "deployments", null), (write.Verb, write.Group, write.Resource, write.Subresource));
            Assert.Contains($"{write.Namespace}/{write.Name}", expected);
        });
    }

    private static IReadOnlyList<AuditedWrite> Foreign(DateTimeOffset since) =>
        [.. new AuditLog(Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_AUDIT_LOG")!).Of(Writer).Where(write => write.IsForeign && write.At >= since && !TestNamespaces.IsOfAnother(write.Namespace, write.At))];
}
