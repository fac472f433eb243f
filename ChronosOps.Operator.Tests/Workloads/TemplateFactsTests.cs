using System.Text.Json.Nodes;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

public sealed class TemplateFactsTests
{
    private const string Template = """
        {
          "metadata": { "labels": { "app": "checkout", "tier": "web" } },
          "spec": { "containers": [ { "name": "app", "image": "checkout:1", "env": [ { "name": "MODE", "value": "fast" } ] }, { "name": "proxy", "image": "proxy:1" } ] }
        }
        """;

    /// <summary>Changes that do not make it another revision.</summary>
    private static readonly Dictionary<string, Action<JsonObject>> Stamps = new()
    {
        ["a restart with kubectl"] = t => Annotate(t, "kubectl.kubernetes.io/restartedAt", "2024-01-01T12:00:00Z"),
        ["the label of the ReplicaSet"] = t => t["metadata"]!["labels"]!["pod-template-hash"] = "5f8d6c7b9",
        ["an annotation of ours"] = t => Annotate(t, "chronosops.io/do-not-roll-back", "true"),
        ["a creation time that is null"] = t => t["metadata"]!["creationTimestamp"] = null,
        ["all of them at once"] = t =>
        {
            Annotate(t, "kubectl.kubernetes.io/restartedAt", "2024-01-01T12:00:00Z");
            Annotate(t, "chronosops.io/anything", "at all");
            t["metadata"]!["labels"]!["pod-template-hash"] = "5f8d6c7b9";
        },
    };

    /// <summary>Changes that make it another revision.</summary>
    private static readonly Dictionary<string, Action<JsonObject>> Changes = new()
    {
        ["an image"] = t => Container(t, 0)["image"] = "checkout:2",
        ["the image of the second container"] = t => Container(t, 1)["image"] = "proxy:2",
        ["the value of a variable"] = t => Container(t, 0)["env"]![0]!["value"] = "slow",
        ["another variable"] = t => Container(t, 0)["env"]!.AsArray().Add(new JsonObject { ["name"] = "DEBUG", ["value"] = "1" }),
        ["a label"] = t => t["metadata"]!["labels"]!["tier"] = "api",
        ["an annotation of somebody else"] = t => Annotate(t, "prometheus.io/scrape", "true"),
        ["an annotation that only begins like a restart"] = t => Annotate(t, "kubectl.kubernetes.io/restartedAtLast", "x"),
        ["the order of the containers"] = t =>
        {
            var first = Container(t, 0);
            t["spec"]!["containers"]!.AsArray().RemoveAt(0);
            t["spec"]!["containers"]!.AsArray().Add(first);
        },
        ["a grace period"] = t => t["spec"]!["terminationGracePeriodSeconds"] = 5,
    };

    /// <summary>How long a template's own probes let it start, with the API server's defaults where something is left out.</summary>
    [Theory]
    [InlineData("""{"containers": [{"name": "app"}]}""", 0)]
    [InlineData("""{"containers": [{"name": "app", "startupProbe": {"initialDelaySeconds": 100, "periodSeconds": 5, "failureThreshold": 30}, "readinessProbe": {"initialDelaySeconds": 20}}]}""", 250)]
    [InlineData("""{"containers": [{"name": "app", "startupProbe": {}}]}""", 30)]
    [InlineData("""{"containers": [{"name": "app", "readinessProbe": {"initialDelaySeconds": 90}}, {"name": "proxy", "startupProbe": {"periodSeconds": 2, "failureThreshold": 5}}]}""", 90)]
    [InlineData("""{"initContainers": [{"name": "proxy", "restartPolicy": "Always", "startupProbe": {"failureThreshold": 6}}], "containers": [{"name": "app", "readinessProbe": {"initialDelaySeconds": 15}}]}""", 75)]
    [InlineData("""{"containers": [{"name": "app", "livenessProbe": {"initialDelaySeconds": 90}}]}""", 0)]
    [InlineData("""{"containers": [{"name": "app", "startupProbe": {"periodSeconds": 2147483647, "failureThreshold": 2147483647}}, {"name": "b", "startupProbe": {"periodSeconds": -5}}]}""", 3600)]
    public void TheProbesTellHowLongAStartMayTake(string spec, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), TemplateFacts.Read(SampleTemplate.Parse($$"""{"spec": {{spec}}}""")).StartAllowance);

    public static TheoryData<string> StampNames => [.. Stamps.Keys];

    public static TheoryData<string> ChangeNames => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(StampNames))]
    public void TheRevisionStaysTheSameWith(string stamp)
    {
        var template = SampleTemplate.Parse(Template);
        Stamps[stamp](template);
        Assert.Equal(RevisionOf(Template), TemplateFacts.Read(template).Revision);
    }

    [Theory]
    [MemberData(nameof(ChangeNames))]
    public void TheRevisionIsAnotherOneWith(string change)
    {
        var template = SampleTemplate.Parse(Template);
        Changes[change](template);
        Assert.NotEqual(RevisionOf(Template), TemplateFacts.Read(template).Revision);
    }

    /// <summary>Whoever applies it writes an annotation of its own on the template.</summary>
    [Theory]
    [InlineData("example.com/built-at", true)]
    [InlineData("checksum/config", true)]
    [InlineData("linkerd.io/inject", false)]
    [InlineData("container.apparmor.security.beta.kubernetes.io/app", false)]
    public void AStampMakesAnotherRevisionOfTheSameRelease(string annotation, bool isSame)
    {
        var template = SampleTemplate.Parse(Template);
        Annotate(template, annotation, "x");
        Stamps["all of them at once"](template);
        var (before, after) = (TemplateFacts.Read(SampleTemplate.Parse(Template)), TemplateFacts.Read(template));
        Assert.NotEqual(before.Revision, after.Revision);
        Assert.Equal(isSame, before.Release == after.Release);
    }

    [Fact]
    public void WhatRunsMakesTheRelease()
    {
        var template = SampleTemplate.Parse(Template);
        Changes["a label"](template);
        Assert.NotEqual(TemplateFacts.Read(SampleTemplate.Parse(Template)).Release, TemplateFacts.Read(template).Release);
    }

    [Fact]
    public void TheOrderOfKeysDoesNotMatter() =>
        Assert.Equal(
            RevisionOf("""{ "metadata": { "labels": { "a": "1", "b": "2" } }, "spec": { "x": 1, "y": [ { "k": true, "l": null } ] } }"""),
            RevisionOf("""{ "spec": { "y": [ { "l": null, "k": true } ], "x": 1 }, "metadata": { "labels": { "b": "2", "a": "1" } } }"""));

    [Fact]
    public void NoMetadataIsTheSameAsMetadataOfStampsOnly() =>
        Assert.Equal(RevisionOf("""{ "spec": {} }"""), RevisionOf("""{ "metadata": { "creationTimestamp": null, "annotations": { "kubectl.kubernetes.io/restartedAt": "x" } }, "spec": {} }"""));

    [Fact]
    public void ReadingDoesNotChangeTheTemplate()
    {
        var template = SampleTemplate.Parse(Template);
        Stamps["all of them at once"](template);
        var before = template.ToJsonString();
        TemplateFacts.Read(template);
        Assert.Equal(before, template.ToJsonString());
    }

    [Fact]
    public void WhatIsRestoredKeepsEverythingButTheLabelOfTheReplicaSet()
    {
        var template = SampleTemplate.Parse(Template);
        Stamps["all of them at once"](template);
        var restored = PodTemplates.Restorable(template);
        Assert.Equal(["app", "tier"], restored["metadata"]!["labels"]!.AsObject().Select(label => label.Key));
        Assert.Equal(2, restored["metadata"]!["annotations"]!.AsObject().Count);
        Assert.True(JsonNode.DeepEquals(template["spec"], restored["spec"]));
    }

    [Fact]
    public void ImagesAreListedInitContainersFirst() =>
        Assert.Equal("migrate:1, checkout:1, proxy:1", TemplateFacts.Read(SampleTemplate.Parse(
            """{ "spec": { "containers": [ { "name": "a", "image": "checkout:1" }, { "name": "b", "image": "proxy:1" } ], "initContainers": [ { "name": "m", "image": "migrate:1" } ] } }""")).Images);

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData(null, false)]
    public void TheTemplateMaySayThatItsRevisionMustNotBeRolledBack(string? value, bool expected)
    {
        var template = SampleTemplate.Parse(Template);
        if (value is not null)
        {
            Annotate(template, "chronosops.io/do-not-roll-back", value);
        }

        Assert.Equal(expected, TemplateFacts.Read(template).DoNotRollBack);
    }

    [Theory]
    [InlineData("checkout:1.2.3", null, false)]
    [InlineData("checkout:1.2.3", "IfNotPresent", false)]
    [InlineData("checkout:1.2.3", "Always", true)]
    [InlineData("checkout:latest", null, true)]
    [InlineData("checkout", null, true)]
    [InlineData("registry.example:5000/checkout", null, true)]
    [InlineData("registry.example:5000/checkout:1", null, false)]
    [InlineData("registry.example:5000/team/checkout:latest", "IfNotPresent", true)]
    [InlineData("checkout@sha256:0123", "Always", false)]
    [InlineData("checkout:latest@sha256:0123", null, false)]
    public void AMutableTagMayStandForOtherContentTomorrow(string image, string? pullPolicy, bool expected) =>
        Assert.Equal(expected, new ContainerFacts("app", image, pullPolicy).IsMutable);

    private static string RevisionOf(string template) => TemplateFacts.Read(SampleTemplate.Parse(template)).Revision;

    private static JsonObject Container(JsonObject template, int index) => template["spec"]!["containers"]![index]!.AsObject();

    private static void Annotate(JsonObject template, string key, string value)
    {
        template["metadata"]!["annotations"] ??= new JsonObject();
        template["metadata"]!["annotations"]![key] = value;
    }
}
