using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>The ConfigMap settings of the namespace shop, to which checkout refers.</summary>
internal static class SampleConfigMap
{
    public const string Kept = "settings-known-good";

    public static V1ConfigMap Of(params (string Key, string Value)[] data) => new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = new V1ObjectMeta { Name = "settings", NamespaceProperty = "shop", Uid = "uid-settings", ResourceVersion = "41" },
        Data = data.ToDictionary(entry => entry.Key, entry => entry.Value),
    };

    /// <summary>What was kept of it.</summary>
    public static V1ConfigMap Copy(DateTimeOffset at, params (string Key, string Value)[] data) => KeptConfigMaps.Copy(Of(data), Serving(), at);

    /// <summary>Yesterday's release serves well; its pods are two hours old.</summary>
    public static WorkloadReading Serving(bool keeps = true, params ConfigReference[] references)
    {
        var (well, facts) = (SampleContext.Well(SamplePolicy.Effective() with { KeepsConfigMaps = keeps }), SampleWorkload.OldFacts with { ConfigReferences = references });
        return well with { Workload = SampleWorkload.Settled() with { Current = facts } };
    }
}
