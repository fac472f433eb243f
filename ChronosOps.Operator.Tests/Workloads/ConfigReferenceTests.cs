using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

public sealed class ConfigReferenceTests
{
    [Theory]
    [InlineData("""{ "containers": [ { "envFrom": [ { "configMapRef": { "name": "settings" } } ] } ] }""", "ConfigMap")]
    [InlineData("""{ "containers": [ { "envFrom": [ { "secretRef": { "name": "settings" } } ] } ] }""", "Secret")]
    [InlineData("""{ "containers": [ { "env": [ { "name": "A", "valueFrom": { "configMapKeyRef": { "name": "settings", "key": "a" } } } ] } ] }""", "ConfigMap")]
    [InlineData("""{ "containers": [ { "env": [ { "name": "A", "valueFrom": { "secretKeyRef": { "name": "settings", "key": "a" } } } ] } ] }""", "Secret")]
    [InlineData("""{ "initContainers": [ { "envFrom": [ { "secretRef": { "name": "settings" } } ] } ] }""", "Secret")]
    [InlineData("""{ "containers": [ {}, { "envFrom": [ { "configMapRef": { "name": "settings" } } ] } ] }""", "ConfigMap")]
    [InlineData("""{ "volumes": [ { "name": "v", "configMap": { "name": "settings" } } ] }""", "ConfigMap")]
    [InlineData("""{ "volumes": [ { "name": "v", "secret": { "secretName": "settings" } } ] }""", "Secret")]
    [InlineData("""{ "volumes": [ { "name": "v", "projected": { "sources": [ { "configMap": { "name": "settings" } } ] } } ] }""", "ConfigMap")]
    [InlineData("""{ "volumes": [ { "name": "v", "projected": { "sources": [ { "secret": { "name": "settings" } } ] } } ] }""", "Secret")]
    public void AReferenceIsFoundWhereverItMayStand(string spec, string kind) =>
        Assert.Equal([new ConfigReference(kind, "settings", false)], Of(spec));

    [Theory]
    [InlineData("""{ "serviceAccountName": "it" }""", "ServiceAccount")]
    [InlineData("""{ "serviceAccount": "it" }""", "ServiceAccount")]
    [InlineData("""{ "serviceAccount": "it", "serviceAccountName": "it" }""", "ServiceAccount")]
    [InlineData("""{ "priorityClassName": "it" }""", "PriorityClass")]
    [InlineData("""{ "volumes": [ {}, { "persistentVolumeClaim": { "claimName": "it" } }, { "persistentVolumeClaim": { "claimName": "it" } } ] }""", "PersistentVolumeClaim")]
    [InlineData("""{ "serviceAccountName": "", "volumes": [ { "emptyDir": {} } ] }""", null)]
    public void WhatItsPodsNeedIsNamedOnce(string spec, string? kind) =>
        Assert.Equal(kind is null ? [] : [new Prerequisite(kind, "it")], TemplateFacts.Read(SampleTemplate.Parse($$"""{ "spec": {{spec}} }""")).Prerequisites);

    [Fact]
    public void EachObjectIsListedOnceInAStableOrder() =>
        Assert.Equal(
            [new ConfigReference("ConfigMap", "b", false), new ConfigReference("Secret", "a", false), new ConfigReference("Secret", "b", false)],
            Of("""
                {
                  "containers": [ { "envFrom": [ { "secretRef": { "name": "b" } }, { "secretRef": { "name": "a" } }, { "configMapRef": { "name": "b" } } ] } ],
                  "volumes": [ { "secret": { "secretName": "b" } } ]
                }
                """));

    [Fact]
    public void AReferenceIsOptionalOnlyWhereEveryUseOfItIs()
    {
        Assert.Equal([new ConfigReference("ConfigMap", "a", true)], Of("""{ "containers": [ { "envFrom": [ { "configMapRef": { "name": "a", "optional": true } } ] } ] }"""));
        Assert.Equal(
            [new ConfigReference("ConfigMap", "a", false)],
            Of("""{ "containers": [ { "envFrom": [ { "configMapRef": { "name": "a", "optional": true } } ] } ], "volumes": [ { "configMap": { "name": "a" } } ] }"""));
    }

    [Theory]
    [InlineData("""{ "containers": [ { "env": [ { "name": "A", "value": "plain" } ] } ] }""")]
    [InlineData("""{ "volumes": [ { "name": "v", "emptyDir": {} } ] }""")]
    [InlineData("""{ "containers": [ { "envFrom": [ { "configMapRef": { "name": "" } } ] } ] }""")]
    [InlineData("""{ "containers": "none" }""")]
    [InlineData("""{ "containers": [ 1, null, "x" ] }""")]
    [InlineData("{}")]
    public void WhatRefersToNothingIsNoReference(string spec) => Assert.Empty(Of(spec));

    private static IReadOnlyList<ConfigReference> Of(string spec) => TemplateFacts.Read(SampleTemplate.Parse($$"""{ "spec": {{spec}} }""")).ConfigReferences;
}
