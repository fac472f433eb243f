using ChronosOps.Operator.Intake;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli;

public sealed class AlertSettingsTests : IDisposable
{
    private readonly CliRun _cli = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("settings").FullName;

    public AlertSettingsTests() => File.WriteAllText(Token, "secret");

    private string Token => Path.Combine(_folder, "token");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task NoAlertsAreTakenUnlessThatIsAskedFor()
    {
        Assert.Equal(42, await RunAsync());
        Assert.Equal((null, AlertLabels.Default, TimeSpan.FromHours(24)), (_cli.Ran!.Alerts, _cli.Ran.AlertLabels, _cli.Ran.AlertsExpireAfter));
    }

    [Fact]
    public async Task ReadsAllOfIt()
    {
        Assert.Equal(42, await RunAsync("--alerts-listen=https://+:8443", $"--alerts-token-file={Token}", $"--alerts-tls-dir={_folder}", "--alert-label=deployment=app", "--alerts-expire-after=8h"));
        Assert.Equal(("https://+:8443", Token, _folder), (_cli.Ran!.Alerts!.Listen, _cli.Ran.Alerts.TokenFile, _cli.Ran.Alerts.TlsDirectory));
        Assert.Equal(("app", TimeSpan.FromHours(8)), (_cli.Ran.AlertLabels.Deployment, _cli.Ran.AlertsExpireAfter));
    }

    [Theory]
    [InlineData("http://+:9095", true)]
    [InlineData("http://*:9095", true)]
    [InlineData("http://127.0.0.1:0", true)]
    [InlineData("http://[::1]:9095", true)]
    [InlineData("http://localhost:9095", true)]
    [InlineData("http://alerts.example.com:9095", false)]
    [InlineData("http://+:99999", false)]
    [InlineData("http://+", false)]
    [InlineData(":9095", false)]
    [InlineData("http://+:9095/api", false)]
    public async Task TheAddressIsOneThatCanBeListenedOn(string address, bool fits)
    {
        Assert.Equal(fits ? 42 : 2, await RunAsync($"--alerts-listen={address}", $"--alerts-token-file={Token}"));
        Assert.Equal(!fits, _cli.Error.ToString().Contains("--alerts-listen (CHRONOSOPS_ALERTS_LISTEN): ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WithoutATokenItStartsOnlyWhereThatIsAllowed()
    {
        Assert.Equal(2, await RunAsync("--alerts-listen=http://+:9095"));
        Assert.Contains("--alerts-token-file (CHRONOSOPS_ALERTS_TOKEN_FILE): is required", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(42, await RunAsync("--alerts-listen=http://+:9095", "--alerts-allow-anonymous=true"));
        Assert.Null(_cli.Ran!.Alerts!.TokenFile);
    }

    [Theory]
    [InlineData("--alerts-tls-dir", "--alerts-listen=https://+:8443")]
    [InlineData("--alerts-tls-dir", "--alerts-listen=http://+:9095", "--alerts-tls-dir=/")]
    [InlineData("--alerts-tls-dir", "--alerts-listen=https://+:8443", "--alerts-tls-dir=/nowhere")]
    [InlineData("--alerts-token-file", "--alerts-listen=http://+:9095", "--alerts-token-file=/nowhere")]
    [InlineData("--alerts-allow-anonymous", "--alerts-listen=http://+:9095", "--alerts-allow-anonymous=true")]
    [InlineData("--alert-label", "--alert-label=container=app")]
    [InlineData("--alerts-expire-after", "--alerts-expire-after=10s")]
    public async Task WhatDoesNotFitIsNamed(string flag, params string[] arguments)
    {
        Assert.Equal(2, await RunAsync([.. arguments.Any(one => one.StartsWith("--alerts-token-file", StringComparison.Ordinal)) ? [] : new[] { $"--alerts-token-file={Token}" }, .. arguments]));
        Assert.Contains($"error: {flag} (CHRONOSOPS_", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] arguments) => _cli.RunAsync(["run", "--prometheus-url=http://p", .. arguments]);
}
