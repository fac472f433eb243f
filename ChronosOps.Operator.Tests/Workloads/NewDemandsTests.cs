using System.Text.Json.Nodes;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

/// <summary>Which changes of a template may keep a pod off a node that took the one before, or have a quota refuse it.</summary>
public sealed class NewDemandsTests
{
    private const string Before = """
        {
          "spec": {
            "containers": [
              {"name": "app", "image": "web:1", "ports": [{"containerPort": 8080}], "resources": {"requests": {"cpu": "50m", "memory": "96Mi"}, "limits": {"memory": "128Mi"}}},
              {"name": "proxy", "resources": {"limits": {"cpu": "100m"}}}
            ],
            "initContainers": [{"name": "migrate", "resources": {"requests": {"cpu": "40m"}}}],
            "nodeSelector": {"disk": "ssd"},
            "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": ["a"]}]}}},
            "tolerations": [{"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}, {"key": "spot", "operator": "Exists", "effect": "PreferNoSchedule"}],
            "topologySpreadConstraints": [{"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
          }
        }
        """;

    [Theory]
    [InlineData("\"web:1\"", "\"web:2\"", null, null)]
    [InlineData("\"50m\"", "\"0.05\"", null, null)]
    [InlineData("\"50m\"", "\"10m\"", null, null)]
    [InlineData("\"50m\"", "\"51m\"", "resources.requests.cpu", "resources.requests.cpu")]
    [InlineData("\"cpu\": \"50m\", ", "\"cpu\": \"50m\", \"nvidia.com/gpu\": \"1\", ", "resources.requests.nvidia.com/gpu", "resources.requests.nvidia.com/gpu")]
    [InlineData("\"40m\"", "\"150m\"", null, null)]
    [InlineData("\"40m\"", "\"151m\"", "resources.requests.cpu", "resources.requests.cpu")]
    [InlineData("\"128Mi\"", "\"129Mi\"", null, "resources.limits.memory")]
    [InlineData("\"limits\": {\"cpu\": \"100m\"}", "\"limits\": {\"cpu\": \"200m\"}", "resources.requests.cpu", "resources.requests.cpu")]
    [InlineData("{\"requests\": {\"cpu\": \"50m\", \"memory\": \"96Mi\"}, \"limits\": {\"memory\": \"128Mi\"}}", "{}", null, null)]
    [InlineData("{\"name\": \"proxy\", ", "{\"name\": \"agent\"}, {\"name\": \"proxy\", ", null, null)]
    [InlineData("{\"name\": \"proxy\", ", "{\"name\": \"agent\", \"resources\": {\"requests\": {\"cpu\": \"1\"}}}, {\"name\": \"proxy\", ", "resources.requests.cpu", "resources.requests.cpu")]
    [InlineData("{\"name\": \"migrate\", ", "{\"name\": \"migrate\", \"restartPolicy\": \"Always\", ", "resources.requests.cpu", "resources.requests.cpu")]
    [InlineData("{\"disk\": \"ssd\"}", "{}", null, null)]
    [InlineData("{\"disk\": \"ssd\"}", "{\"disk\": \"nvme\"}", "nodeSelector", null)]
    [InlineData("{\"disk\": \"ssd\"}", "{\"disk\": \"ssd\", \"zone\": \"b\"}", "nodeSelector", null)]
    [InlineData("[{\"matchFields\": [\"a\"]}]", "[{\"matchFields\": [\"a\"]}, {\"matchFields\": [\"b\"]}]", null, null)]
    [InlineData("[{\"matchFields\": [\"a\"]}]", "[{\"matchFields\": [\"b\"]}]", "affinity.nodeAffinity", null)]
    [InlineData("[{\"matchFields\": [\"a\"]}]", "[]", null, null)]
    [InlineData("\"affinity\": {", "\"affinity\": {\"podAffinity\": {\"requiredDuringSchedulingIgnoredDuringExecution\": [{\"topologyKey\": \"zone\"}]}, ", "affinity.podAffinity", null)]
    [InlineData("\"affinity\": {", "\"affinity\": {\"podAntiAffinity\": {\"requiredDuringSchedulingIgnoredDuringExecution\": [{\"topologyKey\": \"host\"}]}, ", "affinity.podAntiAffinity", null)]
    [InlineData("\"affinity\": {", "\"affinity\": {\"podAntiAffinity\": {\"preferredDuringSchedulingIgnoredDuringExecution\": [{\"weight\": 1}]}, ", null, null)]
    [InlineData("\"maxSkew\": 1, ", "\"maxSkew\": 2, ", "topologySpreadConstraints", null)]
    [InlineData("\"DoNotSchedule\"", "\"ScheduleAnyway\"", null, null)]
    [InlineData("{\"containerPort\": 8080}", "{\"containerPort\": 8080, \"hostPort\": 80}", "hostPort", null)]
    [InlineData("\"nodeSelector\"", "\"hostNetwork\": true, \"nodeSelector\"", "hostPort", null)]
    [InlineData("\"value\": \"yes\", ", "\"value\": \"no\", ", "tolerations", null)]
    [InlineData("\"operator\": \"Equal\", \"value\": \"yes\", ", "\"operator\": \"Exists\", ", null, null)]
    [InlineData("\"value\": \"yes\", \"effect\": \"NoSchedule\"", "\"value\": \"yes\"", null, null)]
    [InlineData(", {\"key\": \"spot\", \"operator\": \"Exists\", \"effect\": \"PreferNoSchedule\"}", "", null, null)]
    [InlineData("[{\"key\": \"gpu\"", "[{\"key\": \"x\", \"operator\": \"Exists\"}, {\"key\": \"gpu\"", null, null)]
    [InlineData("[{\"name\": \"data\", ", "[{\"name\": \"scratch\", \"emptyDir\": {}}, {\"name\": \"c\", \"configMap\": {\"name\": \"c\"}}, {\"name\": \"store\", ", null, null)]
    [InlineData("{\"claimName\": \"data\"}", "{\"claimName\": \"no-such-claim\"}", "volumes", null)]
    [InlineData("\"nodeSelector\"", "\"resourceClaims\": [{\"name\": \"gpu\"}], \"nodeSelector\"", "resourceClaims", null)]
    public void OnlyMoreIsAskedAnew(string old, string now, string? ofNode, string? ofQuota)
    {
        Assert.Contains(old, Before, StringComparison.Ordinal);
        Assert.Equal(new NewDemands(ofNode, ofQuota), NewDemands.Between(Parse(Before), Parse(Before.Replace(old, now, StringComparison.Ordinal))));
    }

    /// <summary>A quantity beyond all measure is no reason to fail.</summary>
    [Fact]
    public void HoweverMuchIsAskedForItIsCounted() =>
        Assert.Equal("resources.requests.cpu", NewDemands.Between(Parse(Before), Parse(Before.Replace("\"50m\"", "\"7e28\"", StringComparison.Ordinal).Replace("\"100m\"", "\"7e28\"", StringComparison.Ordinal))).OfNode);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
