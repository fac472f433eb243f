using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>What the randomised runs are about. Its definition lets a size be anything, so that a server can hold one that cannot be read.</summary>
[KubernetesEntity(Group = "faults.test.chronosops.io", ApiVersion = "v1", Kind = "Probe", PluralName = "probes")]
public sealed class Probe : CustomKubernetesEntity<ProbeSpec, ProbeStatus>
{
    public const string Definition = """
        {
          "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
          "metadata": {"name": "probes.faults.test.chronosops.io"},
          "spec": {
            "group": "faults.test.chronosops.io", "scope": "Namespaced",
            "names": {"kind": "Probe", "listKind": "ProbeList", "plural": "probes", "singular": "probe"},
            "versions": [{
              "name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
              "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}
            }]
          }
        }
        """;

    public static ResourceType<Probe> Resource { get; } = new(ProbeJson.Default.Probe);

    /// <summary>As JSON; without a size it is one that cannot be read.</summary>
    public static JsonObject Raw(string name, int? size) => new()
    {
        ["apiVersion"] = "faults.test.chronosops.io/v1",
        ["kind"] = "Probe",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = size is { } number ? new JsonObject { ["size"] = number } : new JsonObject { ["size"] = "unreadable" },
    };
}

public sealed class ProbeSpec
{
    public int Size { get; set; }
}

public sealed class ProbeStatus
{
    /// <summary>The size that the controller saw last.</summary>
    public int Seen { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(Probe))]
public sealed partial class ProbeJson : JsonSerializerContext;
