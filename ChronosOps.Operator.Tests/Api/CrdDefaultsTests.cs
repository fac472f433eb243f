using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ChronosOps.Operator.Api;
using Xunit;
using YamlDotNet.Serialization;

namespace ChronosOps.Operator.Tests.Api;

/// <summary>The server fills in what the resource definition says, the operator what the C# types say: the two must agree.</summary>
public sealed class CrdDefaultsTests
{
    [Fact]
    public void APolicyHasTheSameDefaultsOnTheServerAndHere() =>
        Assert.True(Compare("remediationpolicies", new RemediationPolicy { Spec = new() { Signals = [new SignalSpec()] } }, ApiResources.Policies.Json) >= 14);

    [Fact]
    public void AnIncidentHasTheSameDefaultsOnTheServerAndHere() =>
        Assert.True(Compare("incidents", new Incident { Spec = new() { PolicyRef = new() } }, ApiResources.Incidents.Json) >= 2);

    [Fact]
    public void TheChartInstallsTheSameDefinitions()
    {
        foreach (var file in new[] { "remediationpolicies.chronosops.io.yaml", "incidents.chronosops.io.yaml" })
        {
            Assert.Equal(Schema(Path.Combine("crds", file)).ToJsonString(), Schema(Path.Combine("charts/chronosops/files/crds/plain", file)).ToJsonString());
        }
    }

    private static int Compare<T>(string plural, T value, JsonTypeInfo<T> json)
    {
        var schema = Schema($"crds/{plural}.chronosops.io.yaml")["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!;
        return Walk("spec", schema, JsonSerializer.SerializeToNode(value, json)!["spec"]);
    }

    /// <summary>Compares every field below; the number of defaults that were compared.</summary>
    private static int Walk(string path, JsonNode schema, JsonNode? value)
    {
        if (schema["default"] is { } expected)
        {
            Assert.True(JsonNode.DeepEquals(expected, value), $"{path}: the definition says {expected.ToJsonString()}, the type {value?.ToJsonString() ?? "nothing"}");
            return 1;
        }

        switch (value)
        {
            case JsonObject fields:
                return (schema["properties"]?.AsObject() ?? []).Sum(field => Walk($"{path}.{field.Key}", field.Value!, fields[field.Key]));
            case JsonArray items:
                return items.Sum(item => Walk($"{path}[]", schema["items"]!, item));
            default:
                Assert.True(value is null || value.ToString() is "", $"{path}: the type says {value?.ToJsonString()}, the definition nothing");
                return 0;
        }
    }

    private static JsonNode Schema(string file, [CallerFilePath] string test = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(test)!, "..", ".."));
        var yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(File.ReadAllText(Path.Combine(root, file)));
        return JsonNode.Parse(new SerializerBuilder().JsonCompatible().WithQuotingNecessaryStrings().Build().Serialize(yaml))!;
    }
}
