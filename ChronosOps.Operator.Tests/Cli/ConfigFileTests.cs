using Xunit;

namespace ChronosOps.Operator.Tests.Cli;

public sealed class ConfigFileTests : IDisposable
{
    private readonly CliRun _cli = new();
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task EverySettingMayStandInTheFile()
    {
        var exitCode = await RunAsync("""
            prometheusUrl: http://p:9090
            prometheusTimeout: 2s
            evaluationInterval: 5s
            namespace: shop
            logLevel: warning
            listen: http://127.0.0.1:9
            controlConfigmap: control
            controlNamespace: ops
            leaderElect: true
            leaderElectLeaseName: lease
            leaderElectLeaseNamespace: leases
            """);
        Assert.Equal(42, exitCode);
        var options = _cli.Ran!;
        Assert.Equal(("http://p:9090/", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)), (options.Prometheus.Url.ToString(), options.Prometheus.Timeout, options.EvaluationInterval));
        Assert.Equal(("shop", "http://127.0.0.1:9", "control", "ops"), (options.Namespace, options.Listen, options.ControlConfigMap, options.ControlNamespace));
        Assert.Equal((true, "lease", "leases"), (options.LeaderElect, options.LeaseName, options.LeaseNamespace));
    }

    [Fact]
    public async Task FlagsWinOverVariablesAndVariablesOverTheFile()
    {
        _cli.Environment["CHRONOSOPS_NAMESPACE"] = "variable";
        _cli.Environment["CHRONOSOPS_EVALUATION_INTERVAL"] = "6s";
        Assert.Equal(42, await RunAsync("prometheusUrl: http://file\nnamespace: file\nevaluationInterval: 5s\nprometheusTimeout: 3s", "--evaluation-interval", "7s"));
        Assert.Equal(("variable", TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(3)), (_cli.Ran!.Namespace, _cli.Ran.EvaluationInterval, _cli.Ran.Prometheus.Timeout));
    }

    [Fact]
    public async Task TheLeaseIsWhereTheControlConfigMapIs()
    {
        Assert.Equal(42, await RunAsync("prometheusUrl: http://p\ncontrolNamespace: ops"));
        Assert.Equal((false, "chronosops", "ops"), (_cli.Ran!.LeaderElect, _cli.Ran.LeaseName, _cli.Ran.LeaseNamespace));
    }

    [Fact]
    public async Task TellsAllThatIsWrongWithItsLine()
    {
        Assert.Equal(2, await RunAsync("prometheusUrl: http://p\nevaluationIntervall: 5s\nnamespace: [a, b]\nlistem: x\nlogLevel: loud\nleaderElect: perhaps"));
        var errors = _cli.Error.ToString();
        Assert.Contains($"{_path}:2: 'evaluationIntervall' is no setting; known are prometheusUrl, ", errors, StringComparison.Ordinal);
        Assert.Contains($"{_path}:3: namespace: must be a single value", errors, StringComparison.Ordinal);
        Assert.Contains($"{_path}:4: 'listem' is no setting", errors, StringComparison.Ordinal);
        Assert.Contains($"{_path}:5: logLevel: 'loud': must be trace, ", errors, StringComparison.Ordinal);
        Assert.Contains($"{_path}:6: leaderElect: 'perhaps': must be true or false", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- a\n- b", ": must be one mapping from settings to values")]
    [InlineData("prometheusUrl: http://p\nlogLevel: \"open", ":2: ")]
    [InlineData("prometheusUrl: http://p\nprometheusUrl: http://q", ":2: ")]
    [InlineData("config: other.yaml", ":1: 'config' is no setting")]
    public async Task RefusesAFileThatIsNone(string yaml, string complaint)
    {
        Assert.Equal(2, await RunAsync(yaml, "--prometheus-url=http://p"));
        Assert.Contains(_path + complaint, _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyFileSaysNothing() => Assert.Equal(42, await RunAsync("", "--prometheus-url=http://p"));

    [Fact]
    public async Task AMissingFileIsAnError()
    {
        Assert.Equal(2, await _cli.RunAsync("run", "--prometheus-url=http://p", "--config", "/nowhere/chronosops.yaml"));
        Assert.Contains("--config: ", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("/nowhere/chronosops.yaml", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    private async Task<int> RunAsync(string yaml, params string[] more)
    {
        await File.WriteAllTextAsync(_path, yaml, TestContext.Current.CancellationToken);
        return await _cli.RunAsync(["run", "--config", _path, .. more]);
    }
}
