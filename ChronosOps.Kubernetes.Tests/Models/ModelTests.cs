using System.Text.Json;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

public class ModelTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void APodTemplateKeepsEveryField()
    {
        const string Template = """{"metadata":{"labels":{"app":"web"},"creationTimestamp":null},"spec":{"containers":[{"name":"c","image":"x:1","futureField":{"deep":[1,2.50,null]}}],"tolerations":[]}}""";
        var deployment = JsonSerializer.Deserialize($$"""{"metadata":{"name":"web"},"spec":{"template":{{Template}} } }""", KubernetesJson.Default.V1Deployment)!;
        Assert.Equal(Template, deployment.Spec.Template!.ToJsonString());
    }

    [Fact]
    public void MetadataAndSpecAreNeverNullAndUnknownFieldsAreIgnored()
    {
        var pod = JsonSerializer.Deserialize("""{"metadata":null,"spec":null,"brandNew":{"x":1}}""", KubernetesJson.Default.V1Pod)!;
        Assert.Equal(("", 0), (pod.Name(), pod.Spec.Containers.Count));
    }

    [Fact]
    public void ADuplicateFieldIsRefused() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"data":{},"data":{}}""", KubernetesJson.Default.V1ConfigMap));

    [Fact]
    public void AnOptionalNumberThatWasNotSentIsNotWrittenAsZero()
    {
        var text = JsonSerializer.Serialize(new V1Deployment { Metadata = { Name = "web" } }, KubernetesJson.Default.V1Deployment);
        Assert.Equal("""{"metadata":{"name":"web"},"spec":{}}""", text);
    }

    [Theory]
    [InlineData("2026-05-06T12:00:00Z")]
    [InlineData("2026-05-06T14:00:00+02:00")]
    [InlineData("2026-05-06T12:00:00.000000Z")]
    public void TimesAreReadInAnyZoneAndWrittenInUtc(string written)
    {
        var pod = JsonSerializer.Deserialize($$"""{"metadata":{"creationTimestamp":"{{written}}"} }""", KubernetesJson.Default.V1Pod)!;
        Assert.Equal(Noon, pod.Metadata.CreationTimestamp);
        Assert.Contains("\"2026-05-06T12:00:00Z\"", JsonSerializer.Serialize(pod, KubernetesJson.Default.V1Pod));
    }

    [Fact]
    public void EventTimesHaveMicroseconds()
    {
        var happened = JsonSerializer.Deserialize("""{"eventTime":"2026-05-06T12:00:00.123456Z"}""", KubernetesJson.Default.V1Event)!;
        Assert.Equal(Noon.AddMicroseconds(123456), happened.EventTime);
        Assert.Contains("\"2026-05-06T12:00:00.123456Z\"", JsonSerializer.Serialize(happened, KubernetesJson.Default.V1Event));
    }

    [Fact]
    public void AContainersLastEndIsRead()
    {
        var pod = JsonSerializer.Deserialize("""
            {"status":{"phase":"Running","podIP":"10.0.0.9","containerStatuses":[{"name":"c","ready":false,"restartCount":4,"imageID":"sha256:1",
             "state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off"}},
             "lastState":{"terminated":{"reason":"OOMKilled","exitCode":137,"signal":9,"finishedAt":"2026-05-06T12:00:00Z"}}}]}}
            """, KubernetesJson.Default.V1Pod)!;
        var container = Assert.Single(pod.Status!.ContainerStatuses!);
        Assert.Equal(("10.0.0.9", 4, "sha256:1", "CrashLoopBackOff"), (pod.Status.PodIP, container.RestartCount, container.ImageID, container.State!.Waiting!.Reason));
        var end = container.LastState!.Terminated!;
        Assert.Equal(("OOMKilled", 137, 9, Noon), (end.Reason, end.ExitCode, end.Signal, end.FinishedAt));
    }

    [Theory]
    [InlineData("25%", 10, true, 3)]
    [InlineData("25%", 10, false, 2)]
    [InlineData("100%", 3, true, 3)]
    [InlineData("http", 3, true, null)]
    public void APercentageIsScaled(string text, int total, bool up, int? expected) => Assert.Equal(expected, new IntOrString(text).Scale(total, up));

    [Theory]
    [InlineData("1")]
    [InlineData("\"25%\"")]
    public void NumberOrTextStaysWhatItWas(string json)
    {
        var service = JsonSerializer.Deserialize($$"""{"spec":{"ports":[{"port":80,"targetPort":{{json}} }]} }""", KubernetesJson.Default.V1Service)!;
        Assert.Contains($"\"targetPort\":{json}", JsonSerializer.Serialize(service, KubernetesJson.Default.V1Service));
    }

    [Theory]
    [InlineData("In", "a,b", "app=a", true)]
    [InlineData("In", "a,b", "app=c", false)]
    [InlineData("In", "a,b", "", false)]
    [InlineData("NotIn", "a,b", "app=a", false)]
    [InlineData("NotIn", "a,b", "app=c", true)]
    [InlineData("NotIn", "a,b", "", true)]
    [InlineData("Exists", null, "app=x", true)]
    [InlineData("Exists", null, "", false)]
    [InlineData("DoesNotExist", null, "", true)]
    [InlineData("DoesNotExist", null, "app=x", false)]
    [InlineData("Nonsense", null, "app=x", false)]
    public void ASelectorsExpressionHoldsOrNot(string op, string? values, string labels, bool holds)
    {
        var selector = new V1LabelSelector { MatchExpressions = [new() { Key = "app", Operator = op, Values = values?.Split(',').ToList() }] };
        var map = labels.Length == 0 ? null : new Dictionary<string, string> { ["app"] = labels[4..] };
        Assert.Equal(holds, selector.Matches(map));
    }

    [Fact]
    public void ASelectorIsWrittenAsTheApiTakesIt()
    {
        var selector = new V1LabelSelector
        {
            MatchLabels = new() { ["b"] = "2", ["a"] = "1" },
            MatchExpressions = [new() { Key = "c", Operator = "In", Values = ["x", "y"] }, new() { Key = "d", Operator = "DoesNotExist" }],
        };
        Assert.Equal("a=1,b=2,c in (x,y),!d", selector.ToString());
    }

    [Fact]
    public void OwnershipIsByUid()
    {
        var (owner, namesake) = (Json.TypedPod("o", uid: "1"), Json.TypedPod("o", uid: "2"));
        var owned = Json.TypedPod("x");
        owned.Metadata.OwnerReferences = [new() { Kind = "Pod", Name = "o", Uid = "1", Controller = true }];
        Assert.True(owned.IsOwnedBy(owner));
        Assert.False(owned.IsOwnedBy(namesake));
        Assert.Equal("1", owned.ControllerOf()!.Uid);
    }

    [Fact]
    public void AConditionsTransitionTimeMovesOnlyWhenItsStatusFlips()
    {
        var conditions = new List<V1Condition>();
        Assert.True(conditions.SetCondition("Ready", "False", "Starting", "wait", 1, Noon));
        Assert.False(conditions.SetCondition("Ready", "False", "Starting", "wait", 1, Noon.AddMinutes(1)));
        Assert.True(conditions.SetCondition("Ready", "False", "Stuck", "still", 2, Noon.AddMinutes(2)));
        Assert.Equal((Noon, "Stuck", 2L), (conditions[0].LastTransitionTime!.Value, conditions[0].Reason, conditions[0].ObservedGeneration!.Value));
        Assert.True(conditions.SetCondition("Ready", "True", "Up", "", 2, Noon.AddMinutes(3)));
        Assert.Equal(Noon.AddMinutes(3), Assert.Single(conditions).LastTransitionTime);
    }
}
