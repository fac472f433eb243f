using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Xml.Linq;
using ChronosOps.Kubernetes.Crds;

namespace ChronosOps.Kubernetes.Tests;

public class CrdGeneratorTests
{
    internal static JsonObject Widget(bool cel = true) => CrdGenerator.Generate(WidgetJson.Default.Widget, new CrdOptions
    {
        CelRules = cel,
        Documentation = [XDocument.Load(Path.Combine(AppContext.BaseDirectory, "ChronosOps.Kubernetes.Tests.xml")), XDocument.Load(Path.Combine(AppContext.BaseDirectory, "ChronosOps.Kubernetes.xml"))],
    });

    [Fact]
    public void TheWidgetsDefinitionIsTheOneThatWasReviewed()
    {
        var golden = Path.Combine(AppContext.BaseDirectory, "Crds", "widget.golden.yaml");
        var made = YamlWriter.Write(Widget());
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") is { Length: > 0 } target)
            File.WriteAllText(target, made);
        Assert.Equal(File.ReadAllText(golden), made);
    }

    [Fact]
    public void EverySchemaIsStructural() => AssertStructural(Schema(Widget()), "$");

    [Fact]
    public void RulesAreLeftOutForServersThatDoNotKnowThem()
    {
        Assert.Contains("x-kubernetes-validations", Widget(cel: true).ToJsonString());
        Assert.DoesNotContain("x-kubernetes-validations", Widget(cel: false).ToJsonString());
    }

    [Fact]
    public void TheFieldForUnknownFieldsIsNoField()
    {
        var spec = Schema(Widget())["properties"]!["spec"]!["properties"]!.AsObject();
        Assert.DoesNotContain("unknownFields", spec.Select(property => property.Key));
        Assert.DoesNotContain("unknownFields", Schema(Widget())["properties"]!.AsObject().Select(property => property.Key));
    }

    [Theory]
    [InlineData("Endless", "Endless.inner: Endless contains itself")]
    [InlineData("WrongDefault", "WrongDefault.count: the default 6 is out of the field's own range")]
    [InlineData("WrongLength", "WrongLength.count: Length does not fit the type integer")]
    [InlineData("LooseEnum", "DayOfWeek is written as a number")]
    [InlineData("MissingKey", "MissingKey.parts: the key \"colour\" must be required")]
    public void AClassThatCannotBeDescribedIsRefusedWithTheField(string type, string message)
    {
        JsonTypeInfo info = type switch
        {
            "Endless" => WidgetJson.Default.Endless,
            "WrongDefault" => WidgetJson.Default.WrongDefault,
            "WrongLength" => WidgetJson.Default.WrongLength,
            "LooseEnum" => WidgetJson.Default.LooseEnum,
            _ => WidgetJson.Default.MissingKey,
        };
        Assert.Contains(message, Assert.Throws<CrdException>(() => new SchemaBuilder(new CrdOptions()).Root(info)).Message);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("\"careful\"")]
    [InlineData("\"Careful, Fast\"")]
    public void AnEnumIsReadByItsExactName(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize($$"""{"spec":{"mode":{{json}} } }""", WidgetJson.Default.Widget));

    [Fact]
    public void FieldsOfANewerVersionSurviveAReadAndAWrite()
    {
        const string Newer = """{"spec":{"size":2,"laterField":{"a":[1]}},"laterTop":true}""";
        var widget = JsonSerializer.Deserialize(Newer, WidgetJson.Default.Widget)!;
        var written = JsonSerializer.Serialize(widget, WidgetJson.Default.Widget);
        Assert.Contains("\"laterField\":{\"a\":[1]}", written);
        Assert.Contains("\"laterTop\":true", written);
    }

    private static JsonObject Schema(JsonObject crd) => crd["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

    private static void AssertStructural(JsonObject schema, string path)
    {
        var free = schema.ContainsKey("x-kubernetes-int-or-string") || schema.ContainsKey("x-kubernetes-preserve-unknown-fields");
        Assert.True(schema.ContainsKey("type") || free, $"{path} has no type");
        Assert.False(schema.ContainsKey("$ref") || schema["type"] is JsonArray, $"{path} is not structural");
        Assert.False(schema.ContainsKey("properties") && schema.ContainsKey("additionalProperties"), $"{path} has both properties and additionalProperties");
        foreach (var (name, part) in schema["properties"] as JsonObject ?? [])
            AssertStructural(part!.AsObject(), $"{path}.{name}");
        if (schema["items"] is JsonObject items)
            AssertStructural(items, path + "[]");
        if ((string?)schema["type"] == "array")
            Assert.True(schema.ContainsKey("items"), $"{path} is a list of nothing");
        if (schema["additionalProperties"] is JsonObject values)
            AssertStructural(values, path + "{}");
    }
}
