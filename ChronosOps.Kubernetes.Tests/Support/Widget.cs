using System.Text.Json;
using System.Text.Json.Serialization;
using ChronosOps.Kubernetes.Crds;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>Turns raw parts into widgets.</summary>
[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "v1alpha1", Kind = "Widget", PluralName = "widgets")]
[KubernetesEntityShortNames("wd")]
[KubernetesEntityCategories("chronosops")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[ValidationRule("self.spec.size <= 10 || self.spec.mode == 'Fast'", "a slow widget has at most 10 parts", FieldPath = ".spec.size")]
public sealed class Widget : CustomKubernetesEntity<WidgetSpec, WidgetStatus>;

/// <summary>What a widget should be.</summary>
public sealed class WidgetSpec
{
    /// <summary>How many parts; see <see cref="Mode"/>.</summary>
    [Required]
    [RangeMinimum(1)]
    [RangeMaximum(100)]
    public int Size { get; set; } = 1;

    /// <summary>How it is made.</summary>
    [DefaultValue("Careful")]
    [AdditionalPrinterColumn("Mode")]
    public WidgetMode? Mode { get; set; }

    [Description("A name for people: \"quoted\" and # odd.")]
    [Length(1, 63)]
    [Pattern("^[a-z]([-a-z0-9]*[a-z0-9])?$")]
    public string? Title { get; set; }

    /// <summary>The share that may fail.</summary>
    [RangeMinimum(0)]
    [RangeMaximum(1, Exclusive = true)]
    [DefaultValue(0.25)]
    public double? Tolerance { get; set; }

    /// <summary>Words about it.</summary>
    [Items(max: 5)]
    [Length(max: 20)]
    [XListType("set")]
    public List<string>? Tags { get; set; }

    /// <summary>Its parts, by name.</summary>
    [Items(1, 3)]
    [XListType("map")]
    [XListMapKeys("name")]
    public List<WidgetPart>? Parts { get; set; }

    /// <summary>Limits, filled in where they are left out.</summary>
    [DefaultValue("{}")]
    public WidgetLimits? Limits { get; set; }

    [Items(max: 8)]
    public Dictionary<string, string>? Settings { get; set; }

    /// <summary>A number or a percentage.</summary>
    public IntOrString? Surge { get; set; }

    public V1LabelSelector? Selector { get; set; }

    [PreserveUnknownFields]
    public System.Text.Json.Nodes.JsonObject? Anything { get; set; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? UnknownFields { get; set; }
}

/// <summary>How a widget is made.</summary>
[JsonConverter(typeof(StrictEnumConverter<WidgetMode>))]
public enum WidgetMode
{
    /// <summary>One part after the other.</summary>
    Careful,

    /// <summary>All at once.</summary>
    Fast,
}

public sealed class WidgetPart
{
    [Required]
    public string Name { get; set; } = "";

    [EnumValues("red", "blue")]
    public string? Colour { get; set; }
}

public sealed class WidgetLimits
{
    /// <summary>The longest time in seconds.</summary>
    [DefaultValue(30)]
    public int? Seconds { get; set; }
}

/// <summary>What became of it.</summary>
public sealed class WidgetStatus
{
    public string? Phase { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
    [XListType("map")]
    [XListMapKeys("type")]
    public List<V1Condition>? Conditions { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(Widget))]
[JsonSerializable(typeof(Endless))]
[JsonSerializable(typeof(WrongDefault))]
[JsonSerializable(typeof(WrongLength))]
[JsonSerializable(typeof(LooseEnum))]
[JsonSerializable(typeof(MissingKey))]
public sealed partial class WidgetJson : JsonSerializerContext;

[KubernetesEntity(Group = "test.chronosops.io", Kind = "Endless")]
public sealed class Endless
{
    public Endless? Inner { get; set; }
}

[KubernetesEntity(Group = "test.chronosops.io", Kind = "WrongDefault")]
public sealed class WrongDefault
{
    [RangeMaximum(5)]
    [DefaultValue(6)]
    public int? Count { get; set; }
}

[KubernetesEntity(Group = "test.chronosops.io", Kind = "WrongLength")]
public sealed class WrongLength
{
    [Length(1, 2)]
    public int? Count { get; set; }
}

[KubernetesEntity(Group = "test.chronosops.io", Kind = "LooseEnum")]
public sealed class LooseEnum
{
    public DayOfWeek Day { get; set; }
}

[KubernetesEntity(Group = "test.chronosops.io", Kind = "MissingKey")]
public sealed class MissingKey
{
    [XListType("map")]
    [XListMapKeys("colour")]
    public List<WidgetPart>? Parts { get; set; }
}
