using System.Text.Json.Nodes;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli;

public sealed class CommandLineTests
{
    private readonly CliRun _cli = new();

    [Theory]
    [InlineData("", "incidents")]
    [InlineData("run", "--prometheus-url")]
    [InlineData("run", "CHRONOSOPS_PROMETHEUS_URL")]
    [InlineData("incidents", "--all-namespaces")]
    [InlineData("show", "NAME")]
    [InlineData("timeline", "NAME")]
    [InlineData("follow", "--workload")]
    [InlineData("follow", "4 when time runs out")]
    [InlineData("policies", "--output")]
    [InlineData("status", "--control-namespace")]
    [InlineData("hold", "--for")]
    [InlineData("release", "incident/NAME")]
    [InlineData("config restore", "--yes")]
    [InlineData("postmortem", "--namespace")]
    [InlineData("stop", "--control-namespace")]
    [InlineData("resume", "--control-configmap")]
    [InlineData("detect", "--csv")]
    [InlineData("crds", "--cel")]
    [InlineData("version", "--output")]
    public async Task HelpsAtEveryLevel(string verb, string named)
    {
        Assert.Equal(0, await _cli.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]));
        Assert.Contains(named, string.Join(' ', _cli.Out.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal("", _cli.Error.ToString());
    }

    [Fact]
    public async Task DocumentsItsExitCodes()
    {
        await _cli.RunAsync("--help");
        var words = string.Join(' ', _cli.Out.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Exit codes: 0 done; 1 it failed; 2 the command line is wrong; 3 the incident was not resolved (follow); 4 time ran out", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("show")]
    [InlineData("hold")]
    [InlineData("hold checkout --for soon")]
    [InlineData("hold pod/checkout")]
    [InlineData("hold a/b/c")]
    [InlineData("config restore secret/settings")]
    [InlineData("run --no-such-flag")]
    [InlineData("incidents --output yaml")]
    [InlineData("incidents -n a -A")]
    [InlineData("follow --timeout soon")]
    [InlineData("postmortem")]
    public async Task AWrongCommandLineExitsWith2AndSaysWhy(string line)
    {
        Assert.Equal(2, await _cli.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.StartsWith("error: ", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnApiServerThatDoesNotAnswerIsAnErrorInASentence()
    {
        var cli = new CliRun { Time = TimeProvider.System };
        Assert.Equal(1, await cli.RunAsync("policies"));
        Assert.StartsWith("error: ", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrintsItsVersion()
    {
        Assert.Equal(0, await _cli.RunAsync("version", "--output", "json"));
        Assert.Matches("^[0-9]+[.][0-9]+[.][0-9]+", JsonNode.Parse(_cli.Out.ToString())!["version"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WritesADefinitionForEveryKind(bool cel)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        Assert.Equal(0, await _cli.RunAsync(["crds", "--output-dir", folder, .. cel ? new[] { "--cel" } : []]));
        Assert.Equal(["incidents.chronosops.io.yaml", "remediationpolicies.chronosops.io.yaml"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        var text = string.Concat(Directory.GetFiles(folder).Select(File.ReadAllText));
        Assert.Equal(cel, text.Contains("x-kubernetes-validations", StringComparison.Ordinal));
        Assert.Contains("Where the incident stands", text, StringComparison.Ordinal);
        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task PrintsDefinitionsAsDocumentsOfOneStream()
    {
        Assert.Equal(0, await _cli.RunAsync("crds"));
        Assert.Equal(2, _cli.Out.ToString().Split("---\n").Count(document => document.Contains("kind: CustomResourceDefinition", StringComparison.Ordinal)));
    }
}
