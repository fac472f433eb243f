using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes.Models;

/// <summary>A ControllerRevision: one revision of a StatefulSet or a DaemonSet.</summary>
[Projection]
[KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "ControllerRevision", PluralName = "controllerrevisions")]
public sealed class V1ControllerRevision : IKubernetesObject<V1ObjectMeta>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();

    /// <summary>Grows with each change. A return to an earlier template gives its ControllerRevision the next number.</summary>
    public long Revision { get; set; }

    /// <summary>The patch that leads to the revision: <c>spec.template</c>, with <c>$patch: replace</c>.</summary>
    public JsonObject? Data { get; set; }
}
