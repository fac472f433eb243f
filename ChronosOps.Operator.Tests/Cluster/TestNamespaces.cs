using System.Collections.Concurrent;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>Which class of tests has a namespace, and until when: what is done there is no business of the others that run beside it.</summary>
internal static class TestNamespaces
{
    private static readonly ConcurrentDictionary<string, Use> Uses = new();

    /// <summary>The running test takes a namespace.</summary>
    public static void Take(string ns) => Uses[ns] = new Use(RunningClass, DateTimeOffset.MaxValue);

    /// <summary>Nobody has the namespace from now on: what is written there still is everybody's business.</summary>
    public static void Leave(string ns) => Uses[ns] = Uses[ns] with { Until = ClusterScripts.Now };

    /// <summary>Whether another class of tests had the namespace at that time.</summary>
    public static bool IsOfAnother(string? ns, DateTimeOffset at) => ns is not null && Uses.TryGetValue(ns, out var use) && use.Class != RunningClass && at <= use.Until;

    private static string? RunningClass => TestContext.Current.TestClass?.UniqueID;

    private sealed record Use(string? Class, DateTimeOffset Until);
}
