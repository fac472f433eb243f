using ChronosOps.Operator.Incidents;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli;

public sealed class RunSettingsTests
{
    private readonly CliRun _cli = new();

    [Fact]
    public async Task NeedsNoMoreThanPrometheus()
    {
        Assert.Equal(42, await _cli.RunAsync("run", "--prometheus-url", "http://prometheus:9090"));
        var options = _cli.Ran!;
        Assert.Equal("http://prometheus:9090/", options.Prometheus.Url.ToString());
        Assert.Equal(TimeSpan.FromSeconds(4), options.Prometheus.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(15), options.EvaluationInterval);
        Assert.Equal(TimeSpan.FromDays(30), options.IncidentRetention);
        Assert.Equal(("", LogLevel.Information, "http://+:8080"), (options.Namespace, options.LogLevel, options.Listen));
        Assert.Equal(("chronosops-control", "chronosops-system"), (options.ControlConfigMap, options.ControlNamespace));
        Assert.Null(options.Prometheus.BearerTokenFile);
    }

    [Fact]
    public async Task ReadsEverySettingFromTheEnvironment()
    {
        var token = Path.GetTempFileName();
        foreach (var (name, value) in new[]
        {
            ("PROMETHEUS_URL", "https://p/prefix"), ("PROMETHEUS_TIMEOUT", "2s"), ("PROMETHEUS_BEARER_TOKEN_FILE", token), ("EVALUATION_INTERVAL", "5s"), ("NAMESPACE", "shop"),
            ("LOG_LEVEL", "Warning"), ("LISTEN", "http://127.0.0.1:9"), ("INCIDENT_RETENTION", "2160h"), ("CONTROL_CONFIGMAP", "control"), ("CONTROL_NAMESPACE", "ops"), ("LEADER_ELECT", "TRUE"), ("LEADER_ELECT_LEASE_NAME", "lease"),
        })
        {
            _cli.Environment["CHRONOSOPS_" + name] = value;
        }

        Assert.Equal(42, await _cli.RunAsync("run"));
        var options = _cli.Ran!;
        Assert.Equal(("https://p/prefix", token, "shop"), (options.Prometheus.Url.ToString(), options.Prometheus.BearerTokenFile, options.Namespace));
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), LogLevel.Warning), (options.Prometheus.Timeout, options.EvaluationInterval, options.LogLevel));
        Assert.Equal(("http://127.0.0.1:9", "control", "ops"), (options.Listen, options.ControlConfigMap, options.ControlNamespace));
        Assert.Equal(TimeSpan.FromDays(90), options.IncidentRetention);
        Assert.Equal((true, "lease", "ops"), (options.LeaderElect, options.LeaseName, options.LeaseNamespace));
        File.Delete(token);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("1h", 1)]
    [InlineData("87600h", 87600)]
    [InlineData("59m", null)]
    [InlineData("87601h", null)]
    [InlineData("30d", null)]
    [InlineData("-1h", null)]
    public async Task IncidentsAreKeptForEverOrAtLeastForAnHour(string text, int? hours)
    {
        Assert.Equal(hours is null ? 2 : 42, await _cli.RunAsync("run", "--prometheus-url=http://p", $"--incident-retention={text}"));
        Assert.Equal(hours, (int?)_cli.Ran?.IncidentRetention.TotalHours);
        Assert.Equal(hours is null, _cli.Error.ToString().Contains("--incident-retention (CHRONOSOPS_INCIDENT_RETENTION): ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatMakesAStormIsSetByFlags()
    {
        Assert.Equal(42, await _cli.RunAsync("run", "--prometheus-url=http://p", "--storm-workloads=3", "--storm-share=0.5", "--storm-window=30s", "--storm-quiet=1h"));
        Assert.Equal(new(3, 0.5, TimeSpan.FromSeconds(30), TimeSpan.FromHours(1)), _cli.Ran!.Storm);
        Assert.Equal(42, await _cli.RunAsync("run", "--prometheus-url=http://p"));
        Assert.Equal(StormLimits.Default, _cli.Ran!.Storm);
    }

    [Theory]
    [InlineData("workloads", "-1")]
    [InlineData("workloads", "10001")]
    [InlineData("workloads", "1.5")]
    [InlineData("share", "0%")]
    [InlineData("share", "101%")]
    [InlineData("share", "300ms")]
    [InlineData("window", "0s")]
    [InlineData("quiet", "2h")]
    public async Task AWrongLimitOfStormsIsRefusedWithItsName(string name, string value)
    {
        Assert.Equal(2, await _cli.RunAsync("run", "--prometheus-url=http://p", $"--storm-{name}={value}"));
        Assert.StartsWith($"error: --storm-{name} (CHRONOSOPS_STORM_{name.ToUpperInvariant()}): '{value}': must be ", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheFlagWinsOverTheVariable()
    {
        _cli.Environment["CHRONOSOPS_EVALUATION_INTERVAL"] = "5s";
        _cli.Environment["CHRONOSOPS_NAMESPACE"] = "shop";
        await _cli.RunAsync("run", "--prometheus-url=http://p", "--evaluation-interval=7s", "--namespace", "");
        Assert.Equal((TimeSpan.FromSeconds(7), ""), (_cli.Ran!.EvaluationInterval, _cli.Ran.Namespace));
    }

    [Fact]
    public async Task AnEmptyVariableCountsAsNotSet()
    {
        _cli.Environment["CHRONOSOPS_LISTEN"] = "";
        await _cli.RunAsync("run", "--prometheus-url=http://p");
        Assert.Equal("http://+:8080", _cli.Ran!.Listen);
    }

    [Fact]
    public async Task TheControlNamespaceIsThatOfThePod()
    {
        _cli.Environment["POD_NAMESPACE"] = "ops";
        await _cli.RunAsync("run", "--prometheus-url=http://p");
        Assert.Equal("ops", _cli.Ran!.ControlNamespace);
    }

    [Fact]
    public async Task TellsAllThatIsWrongAtOnceWithFlagAndVariable()
    {
        _cli.Environment["CHRONOSOPS_LOG_LEVEL"] = "loud";
        var exitCode = await _cli.RunAsync(
            "run", "--evaluation-interval", "0s", "--namespace", "Not_A_Namespace", "--listen", "8080", "--control-configmap", "A B", "--control-namespace", "x.y", "--prometheus-timeout", "soon", "--prometheus-bearer-token-file", "/nowhere/token");
        Assert.Equal(2, exitCode);
        Assert.Null(_cli.Ran);
        var errors = _cli.Error.ToString().Split('\n');
        foreach (var flag in new[] { "prometheus-url", "evaluation-interval", "namespace", "log-level", "listen", "control-configmap", "control-namespace", "prometheus-timeout", "prometheus-bearer-token-file" })
        {
            Assert.Contains(errors, line => line.StartsWith($"error: --{flag} (CHRONOSOPS_{flag.Replace('-', '_').ToUpperInvariant()}): ", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("prometheus:9090")]
    [InlineData("ftp://prometheus")]
    [InlineData("http://user:secret@prometheus")]
    [InlineData("http://user:p/secret@prometheus")]
    [InlineData("user:secret@prometheus:9090")]
    [InlineData("http://prometheus/?token=secret")]
    [InlineData("http://prometheus/?a=b")]
    [InlineData("")]
    public async Task RefusesAnAddressThatIsNoneOfPrometheus(string url)
    {
        Assert.Equal(2, await _cli.RunAsync("run", "--prometheus-url", url));
        Assert.Contains("--prometheus-url (CHRONOSOPS_PROMETHEUS_URL): ", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATokenInThePlaceOfItsFileIsNotRepeated()
    {
        _cli.Environment["CHRONOSOPS_PROMETHEUS_BEARER_TOKEN_FILE"] = "secret";
        Assert.Equal(2, await _cli.RunAsync("run", "--prometheus-url=http://p"));
        Assert.Contains("--prometheus-bearer-token-file (CHRONOSOPS_PROMETHEUS_BEARER_TOKEN_FILE): the value, which is not shown, must be a file that exists", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://*:8080", true)]
    [InlineData("http://[::]:8080/", true)]
    [InlineData("http://127.0.0.1:0", true)]
    [InlineData("https://+:8080", false)]
    [InlineData("http://+:99999", false)]
    [InlineData("http://+", false)]
    public async Task AcceptsOnlyAddressesThatCanBeListenedOn(string address, bool accepted) =>
        Assert.Equal(accepted ? 42 : 2, await _cli.RunAsync("run", "--prometheus-url=http://p", "--listen", address));

    [Fact]
    public async Task PoliciesMaySayNothingOfPrometheusUnlessItIsSaid()
    {
        Assert.Equal(42, await _cli.RunAsync("run", "--prometheus-url=http://p"));
        Assert.Equal((0, 0, false), (_cli.Ran!.PolicyOrigins.Urls.Count, _cli.Ran.PolicyOrigins.Tenants.Count, _cli.Ran.PolicyOrigins.Secrets));
        Assert.Equal(42, await _cli.RunAsync("run", "--prometheus-url=http://p", "--allow-prometheus-url=https://a/x,http://b:9090", "--allow-prometheus-tenants=team-*={namespace}", "--policy-secrets=true", "--prometheus-tenant=ops"));
        var options = _cli.Ran!;
        Assert.Equal(["https://a/x", "http://b:9090/"], options.PolicyOrigins.Urls.Select(url => url.ToString()));
        Assert.Equal((new ChronosOps.Operator.Api.TenantRule("team-*", "{namespace}"), true, "ops"), (Assert.Single(options.PolicyOrigins.Tenants), options.PolicyOrigins.Secrets, options.Prometheus.Tenant));
    }

    [Fact]
    public async Task PartialAnswersCountWhereItIsSaid()
    {
        Assert.Equal(42, await _cli.RunAsync("run", "--prometheus-url=http://p"));
        Assert.False(_cli.Ran!.Prometheus.AcceptsPartial);
        Assert.Equal(42, await _cli.RunAsync("run", "--prometheus-url=http://p", "--prometheus-accept-partial=true"));
        Assert.True(_cli.Ran.Prometheus.AcceptsPartial);
    }

    [Theory]
    [InlineData("--allow-prometheus-url=https://user@a", "--allow-prometheus-url")]
    [InlineData("--allow-prometheus-url=a,b", "--allow-prometheus-url")]
    [InlineData("--allow-prometheus-tenants=team", "--allow-prometheus-tenants")]
    [InlineData("--policy-secrets=perhaps", "--policy-secrets")]
    [InlineData("--prometheus-tenant=a|b", "--prometheus-tenant")]
    [InlineData("--prometheus-tenant=..", "--prometheus-tenant")]
    [InlineData("--prometheus-ca-file=/nowhere", "--prometheus-ca-file")]
    [InlineData("--prometheus-accept-partial=perhaps", "--prometheus-accept-partial")]
    public async Task AWrongSettingOfPrometheusIsNamed(string argument, string flag)
    {
        Assert.Equal(2, await _cli.RunAsync("run", "--prometheus-url=http://p", argument));
        Assert.Contains(flag + " (", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SettingsThatDoNotGoTogetherAreRefused()
    {
        var file = Path.GetTempFileName();
        Assert.Equal(2, await _cli.RunAsync("run", "--prometheus-url=http://p", $"--prometheus-bearer-token-file={file}", $"--prometheus-basic-auth-file={file}", $"--prometheus-cert-file={file}"));
        Assert.Contains("give one of them", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("give both or none", _cli.Error.ToString(), StringComparison.Ordinal);
        File.Delete(file);
    }
}
