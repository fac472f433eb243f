using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ChronosOps.Kubernetes.Crds;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

public class KindVersionsTests
{
    [Fact]
    public void VersionsComeInKubernetesOrderAndOneIsStored()
    {
        var crd = CrdGenerator.Generate([GadgetJson.Default.GadgetAlpha, GadgetJson.Default.Gadget], new CrdOptions());
        Assert.Equal("gadgets.test.chronosops.io", (string?)crd["metadata"]!["name"]);
        Assert.Equal([("v1beta1", true, true, false), ("v1alpha1", true, false, true)], crd["spec"]!["versions"]!.AsArray().Select(version =>
            ((string?)version!["name"], (bool)version["served"]!, (bool)version["storage"]!, (bool?)version["deprecated"] ?? false)));
        Assert.Equal("v1alpha1 goes away, use v1beta1", (string?)crd["spec"]!["versions"]![1]!["deprecationWarning"]);
        Assert.Null(crd["spec"]!["versions"]![0]!["deprecationWarning"]);
    }

    [Fact]
    public void ANameThatIsNoNumberComesLast() => Assert.Equal(["v1alpha1", "one"], CrdGenerator.Generate([GadgetJson.Default.GadgetOdd, GadgetJson.Default.GadgetAlpha], new CrdOptions())
        ["spec"]!["versions"]!.AsArray().Select(version => (string?)version!["name"]));

    [Theory]
    [InlineData("two stored", "exactly one must be marked [StorageVersion], not 2")]
    [InlineData("none stored", "exactly one must be marked [StorageVersion], not 0")]
    [InlineData("twice", "Gadget has version v1beta1 twice")]
    [InlineData("another kind", "Gadget and Widget are not versions of one kind")]
    [InlineData("a field more", "Gadget.spec.weight of version v1 would be lost: version v1beta1 has no such field")]
    [InlineData("a field less", "Gadget.spec.tags of version v1beta1 would be lost: version v1 has no such field")]
    [InlineData("another type", "Gadget.spec.size of version v1 would be lost")]
    [InlineData("a field more where others may stand", "Gadget.spec.template.inner.")]
    [InlineData("a warning too long", "GadgetLongWarning: the warning of a deprecated version has 1 to 256 characters")]
    [InlineData("nothing", "a kind needs a version")]
    public void WhatAreNoVersionsOfOneKindIsRefused(string which, string message)
    {
        JsonTypeInfo[] versions = which switch
        {
            "two stored" => [GadgetJson.Default.Gadget, GadgetJson.Default.GadgetStored],
            "none stored" => [GadgetJson.Default.GadgetAlpha, GadgetJson.Default.GadgetHeavy],
            "twice" => [GadgetJson.Default.Gadget, GadgetJson.Default.Gadget],
            "another kind" => [GadgetJson.Default.Gadget, WidgetJson.Default.Widget],
            "a field more" => [GadgetJson.Default.Gadget, GadgetJson.Default.GadgetHeavy],
            "a field less" => [GadgetJson.Default.Gadget, GadgetJson.Default.GadgetBare],
            "another type" => [GadgetJson.Default.Gadget, GadgetJson.Default.GadgetWords],
            "a field more where others may stand" => [GadgetJson.Default.GadgetFree, GadgetJson.Default.GadgetFreeHeavy],
            "a warning too long" => [GadgetJson.Default.GadgetLongWarning],
            _ => [],
        };
        Assert.Contains(message, Assert.Throws<CrdException>(() => CrdGenerator.Generate(versions, new CrdOptions())).Message);
    }
}

/// <summary>A kind with two versions: the older one is less strict.</summary>
[StorageVersion]
[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "v1beta1", Kind = "Gadget")]
public sealed class Gadget : CustomKubernetesEntity<GadgetSpec, WidgetStatus>;

public class GadgetAlphaSpec
{
    /// <summary>How large it is.</summary>
    public int? Size { get; set; }

    /// <summary>Words about it.</summary>
    public List<string>? Tags { get; set; }
}

public sealed class GadgetSpec
{
    /// <summary>How large it is, in parts.</summary>
    [RangeMaximum(5)]
    public int? Size { get; set; }

    /// <summary>Words about it.</summary>
    [Items(max: 5)]
    public List<string>? Tags { get; set; }
}

public sealed class GadgetHeavySpec : GadgetAlphaSpec
{
    public int? Weight { get; set; }
}

public sealed class GadgetBareSpec
{
    public int? Size { get; set; }
}

public sealed class GadgetWordsSpec
{
    public string? Size { get; set; }
}

[DeprecatedVersion("v1alpha1 goes away, use v1beta1")]
[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "v1alpha1", Kind = "Gadget")]
public sealed class GadgetAlpha : CustomKubernetesEntity<GadgetAlphaSpec, WidgetStatus>;

[StorageVersion]
[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "v1", Kind = "Gadget")]
public sealed class GadgetStored : CustomKubernetesEntity<GadgetSpec, WidgetStatus>;

[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "v1", Kind = "Gadget")]
public sealed class GadgetHeavy : CustomKubernetesEntity<GadgetHeavySpec, WidgetStatus>;

[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "v1", Kind = "Gadget")]
public sealed class GadgetBare : CustomKubernetesEntity<GadgetBareSpec, WidgetStatus>;

[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "v1", Kind = "Gadget")]
public sealed class GadgetWords : CustomKubernetesEntity<GadgetWordsSpec, WidgetStatus>;

[StorageVersion]
[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "one", Kind = "Gadget")]
public sealed class GadgetOdd : CustomKubernetesEntity<GadgetSpec, WidgetStatus>;

/// <summary>A spec in which anything may stand, and a template whose fields are fixed all the same.</summary>
public sealed class GadgetFreeSpec
{
    [PreserveUnknownFields]
    public GadgetFrame? Template { get; set; }
}

public sealed class GadgetFrame
{
    public GadgetBareSpec? Inner { get; set; }
}

public sealed class GadgetFreeHeavySpec
{
    [PreserveUnknownFields]
    public GadgetHeavyFrame? Template { get; set; }
}

public sealed class GadgetHeavyFrame
{
    public GadgetHeavySpec? Inner { get; set; }
}

[StorageVersion]
[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "v1beta1", Kind = "Gadget")]
public sealed class GadgetFree : CustomKubernetesEntity<GadgetFreeSpec, WidgetStatus>;

[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "v1", Kind = "Gadget")]
public sealed class GadgetFreeHeavy : CustomKubernetesEntity<GadgetFreeHeavySpec, WidgetStatus>;

[DeprecatedVersion("12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567")]
[KubernetesEntity(Group = "test.chronosops.io", ApiVersion = "v1", Kind = "Gadget")]
public sealed class GadgetLongWarning : CustomKubernetesEntity<GadgetSpec, WidgetStatus>;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Gadget))]
[JsonSerializable(typeof(GadgetAlpha))]
[JsonSerializable(typeof(GadgetStored))]
[JsonSerializable(typeof(GadgetHeavy))]
[JsonSerializable(typeof(GadgetFree))]
[JsonSerializable(typeof(GadgetFreeHeavy))]
[JsonSerializable(typeof(GadgetLongWarning))]
[JsonSerializable(typeof(GadgetBare))]
[JsonSerializable(typeof(GadgetWords))]
[JsonSerializable(typeof(GadgetOdd))]
public sealed partial class GadgetJson : JsonSerializerContext;
