using System.Text.Json.Nodes;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

public sealed class TemplateDiffTests
{
    private const string Before = """
        {
          "metadata": {"labels": {"app": "web"}, "annotations": {"kubectl.kubernetes.io/restartedAt": "yesterday"}},
          "spec": {
            "containers": [
              {"name": "app", "image": "web:1", "args": ["--token", "abc"], "env": [{"name": "PASSWORD", "value": "old"}, {"name": "LEVEL", "value": "info"}],
               "resources": {"limits": {"memory": "64Mi"}}, "readinessProbe": {"periodSeconds": 5}}
            ],
            "volumes": [{"name": "config", "configMap": {"name": "settings"}}]
          }
        }
        """;

    public static TheoryData<string, string, string[]> Changes => new()
    {
        { "\"web:1\"", "\"web:2\"", ["containers[app].image from web:1 to web:2"] },
        { "\"old\"", "\"new\"", ["containers[app].env[PASSWORD].value changed"] },
        { "{\"name\": \"LEVEL\", \"value\": \"info\"}", "{\"name\": \"DEBUG\", \"value\": \"1\"}", ["containers[app].env[LEVEL] removed", "containers[app].env[DEBUG] added"] },
        { "{\"name\": \"LEVEL\", \"value\": \"info\"}", "{\"name\": \"spring.resources.password\", \"value\": \"x\"}", ["containers[app].env[LEVEL] removed", "containers[app].env[spring.resources.password] added"] },
        { "\"abc\"", "\"def\"", ["containers[app].args changed"] },
        { "64Mi", "32Mi", ["containers[app].resources.limits.memory from 64Mi to 32Mi"] },
        { "\"periodSeconds\": 5", "\"periodSeconds\": 1", ["containers[app].readinessProbe.periodSeconds from 5 to 1"] },
        { "\"configMap\": {\"name\": \"settings\"}", "\"secret\": {\"secretName\": \"s\"}", ["volumes[config].configMap removed", "volumes[config].secret added"] },
        { "{\"app\": \"web\"}", "{\"app\": \"web\", \"team\": \"x\"}", ["metadata.labels.team added"] },
        { "yesterday", "today", [] },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void NamesWhatChangedAndNoSecret(string old, string now, string[] expected)
    {
        Assert.Contains(old, Before, StringComparison.Ordinal);
        var differences = TemplateDiff.Of(Parse(Before), Parse(Before.Replace(old, now, StringComparison.Ordinal)));
        Assert.Equal(expected, differences);
    }

    /// <summary>Names are anything that people write, also what looks like a harmless field.</summary>
    [Theory]
    [InlineData("containers[app].env[spring.resources.password].value", """{"spec":{"containers":[{"name":"app","env":[{"name":"spring.resources.password","value":"VALUE"}]}]}}""")]
    [InlineData("containers[app].env[x].image].value", """{"spec":{"containers":[{"name":"app","env":[{"name":"x].image","value":"VALUE"}]}]}}""")]
    [InlineData("metadata.annotations.vault.resources.io/token", """{"metadata":{"annotations":{"vault.resources.io/token":"VALUE"}}}""")]
    [InlineData("nodeSelector.a.resources.limits.b", """{"spec":{"nodeSelector":{"a.resources.limits.b":"VALUE"}}}""")]
    public void ANameThatLooksHarmlessGivesNothingAway(string path, string template) =>
        Assert.Equal([$"{path} changed"], TemplateDiff.Of(Parse(template.Replace("VALUE", "old", StringComparison.Ordinal)), Parse(template.Replace("VALUE", "new", StringComparison.Ordinal))));

    [Fact]
    public void AnotherOrderIsNamedAsThat()
    {
        var after = Parse(Before);
        var env = after["spec"]!["containers"]![0]!["env"]!.AsArray();
        var first = env[0]!;
        env.RemoveAt(0);
        env.Add(first);
        Assert.Equal(["the order of entries changed"], TemplateDiff.Of(Parse(Before), after));
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
