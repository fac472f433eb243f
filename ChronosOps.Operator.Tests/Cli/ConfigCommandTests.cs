using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli;

/// <summary>Of the ConfigMap settings an earlier version is kept.</summary>
public sealed class ConfigCommandTests : IAsyncLifetime
{
    private const string Folder = "/api/v1/namespaces/shop/configmaps";
    private FakeIncidentServer _server = null!;
    private CliRun _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeIncidentServer.StartAsync();
        _cli = new CliRun { ApiServer = _server.Url, Time = TimeProvider.System };
        Put(SampleConfigMap.Of(("level", "secret-2"), ("new", "x")));
        Put(SampleConfigMap.Copy(SampleWorkload.At(-60), ("level", "secret-1"), ("old", "y")));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task ShowsTheKeysThatWouldChangeAndChangesNothing()
    {
        Assert.Equal(0, await _cli.RunAsync("config", "restore", "configmap/settings"));
        Assert.Empty(_server.Writes);
        var said = _cli.Out.ToString();
        Assert.Matches("^KEY +RESTORED\nlevel +changes\nold +comes back\nnew +goes\nNothing is changed yet. With --yes ConfigMap shop/settings holds again what it held at 2024-01-01 11:59:00Z", said);
        Assert.DoesNotContain("secret", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("settings")]
    [InlineData("configmap/settings")]
    [InlineData("cm/settings")]
    public async Task PutsItBackUnlessSomebodyChangedItInBetween(string named)
    {
        Assert.Equal(0, await _cli.RunAsync("config", "restore", named, "--yes"));
        var write = Assert.Single(_server.Writes);
        Assert.StartsWith($"PUT {Folder}/settings ", write, StringComparison.Ordinal);
        var body = JsonNode.Parse(write.Split(' ', 4)[3])!;
        Assert.Equal(("""{"level":"secret-1","old":"y"}""", "41"), (body["data"]!.ToJsonString(), (string?)body["metadata"]!["resourceVersion"]));
        Assert.Contains("ConfigMap shop/settings holds again what it held at 2024-01-01 11:59:00Z.", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MakesOneAnewThatIsGone()
    {
        _server.Remove($"{Folder}/settings");
        Assert.Equal(0, await _cli.RunAsync("config", "restore", "settings", "--yes"));
        Assert.StartsWith($"POST {Folder} ", Assert.Single(_server.Writes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LeavesOneThatHoldsItAlreadyAsItIs()
    {
        Put(SampleConfigMap.Of(("level", "secret-1"), ("old", "y")));
        Assert.Equal(0, await _cli.RunAsync("config", "restore", "settings", "--yes"));
        Assert.Empty(_server.Writes);
        Assert.Contains("nothing is changed", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nope", "error: nothing is kept of ConfigMap shop/nope\n")]
    [InlineData("other", "error: ConfigMap shop/other-known-good is not what ChronosOps kept of shop/other; nothing was changed\n")]
    public async Task PutsBackNothingThatWasNotKept(string named, string expected)
    {
        var foreign = SampleConfigMap.Of(("level", "9"));
        foreign.Metadata.Name = "other-known-good";
        Put(foreign);
        Assert.Equal(1, await _cli.RunAsync("config", "restore", named, "--yes"));
        Assert.Equal(expected, _cli.Error.ToString());
        Assert.Empty(_server.Writes);
    }

    private void Put(V1ConfigMap map) => _server.Put($"{Folder}/{map.Name()}", JsonSerializer.SerializeToNode(map, KubernetesResources.ConfigMaps.Json)!.AsObject());
}
