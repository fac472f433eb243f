namespace ChronosOps.Kubernetes.Crds;

/// <summary>A column of <c>kubectl get</c> that shows this property.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AdditionalPrinterColumnAttribute(string? name = null) : Attribute
{
    /// <summary>The heading; the property's name when not given.</summary>
    public string? Name { get; } = name;

    public string? Description { get; set; }
    public string? Format { get; set; }

    /// <summary>0: always shown; above: with <c>-o wide</c>.</summary>
    public int Priority { get; set; }
}

/// <summary>A column of <c>kubectl get</c> for any JSON path. Columns come in the order of these attributes.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class GenericAdditionalPrinterColumnAttribute(string jsonPath, string name, string type) : Attribute
{
    public string JsonPath { get; } = jsonPath;
    public string Name { get; } = name;

    /// <summary><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>.</summary>
    public string Type { get; } = type;

    public string? Description { get; set; }
    public string? Format { get; set; }

    /// <summary>0: always shown; above: with <c>-o wide</c>.</summary>
    public int Priority { get; set; }
}

/// <summary>Abbreviations that <c>kubectl</c> accepts.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityShortNamesAttribute(params string[] shortNames) : Attribute
{
    public IReadOnlyList<string> ShortNames { get; } = shortNames;
}

/// <summary>Groups of kinds that <c>kubectl get</c> shows together.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityCategoriesAttribute(params string[] categories) : Attribute
{
    public IReadOnlyList<string> Categories { get; } = categories;
}

/// <summary>Of several versions of a kind, the one in which objects are stored.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StorageVersionAttribute : Attribute;

/// <summary>A version that will go away. The server tells everybody who uses it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class DeprecatedVersionAttribute(string warning) : Attribute
{
    /// <summary>The most characters that the server takes as a warning.</summary>
    public const int LongestWarning = 256;

    /// <summary>What the user is told.</summary>
    public string Warning { get; } = warning;
}
