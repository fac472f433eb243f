using System.Text.Json.Nodes;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>One run of hack/measure-demo over all faults, for the tests that look at its rows.</summary>
public sealed class MeasuredFaults
{
    private readonly Lazy<Task<JsonNode>> _measured = new(MeasureAsync);

    internal Task<JsonNode> GetAsync() => _measured.Value;

    private static async Task<JsonNode> MeasureAsync()
    {
        var logs = ClusterScripts.LogOf("faults");
        var (_, output) = await ClusterScripts.RunAsync("measure-demo", new Dictionary<string, string>(), "hack/measure-demo",
            "--seeds", "1", "--first", "71", "--parallel", "4", "--output", "json", "--logs", Path.ChangeExtension(logs, null));
        Assert.True(output.TrimStart().StartsWith('{'), $"hack/measure-demo printed no figures; log: {ClusterScripts.LogOf("measure-demo")}");
        return JsonNode.Parse(output)!;
    }
}

[Trait("Tier", "cluster")]
[Collection(AloneOnTheCluster.Name)]
public class MeasuredFaultTests(MeasuredFaults faults) : IClassFixture<MeasuredFaults>
{
    [Theory]
    [InlineData("error-ratio")]
    [InlineData("latency")]
    [InlineData("crash")]
    [InlineData("image")]
    public async Task ABadReleaseOfARealServiceIsHealedWithinTheLimitsByOneWrite(string fault)
    {
        ClusterScripts.Need();
        var row = Assert.Single((await faults.GetAsync())["rows"]!.AsArray(), row => (string?)row!["fault"] == fault)!;
        Assert.True(row["misses"]!.AsArray().Count == 0, row.ToJsonString());
        Assert.Equal((1, 0), ((int?)row["specWrites"], (int?)row["specWritesElsewhere"]));
    }
}
