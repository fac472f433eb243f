using System.Xml.Linq;

namespace ChronosOps.Kubernetes.Crds;

/// <summary>What a generated CustomResourceDefinition contains.</summary>
public sealed record CrdOptions
{
    /// <summary>Write CEL rules; servers before 1.25 do not know them.</summary>
    public bool CelRules { get; init; }

    /// <summary>The compiler's XML documentation files, for the descriptions.</summary>
    public IReadOnlyList<XDocument> Documentation { get; init; } = [];

    /// <summary>Labels of the definition itself.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations of the definition itself.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
