using System.Diagnostics;
using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>The project's own scripts and kubectl, on the cluster that hack/test has brought up with Prometheus and the operator.</summary>
internal static class ClusterScripts
{
    private const string Variable = "CHRONOSOPS_TEST_CLUSTER";

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The cluster's name.</summary>
    public static string Name => Environment.GetEnvironmentVariable(Variable)!;

    /// <summary>The administrator's.</summary>
    public static string Kubeconfig => Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_KUBECONFIG")!;

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Skips the test by name where there is no cluster.</summary>
    public static void Need()
    {
        var reason = Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_SKIP");
        Assert.SkipWhen(!string.IsNullOrEmpty(reason), reason ?? "");
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)), $"{Variable} does not name a cluster; hack/test does");
    }

    /// <summary>Runs a script of the repository; what it tells goes to a log of that name, what it prints is returned.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string log, IReadOnlyDictionary<string, string> environment, string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(ApiServerCluster.Repository, script), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(Ct);
        var error = process.StandardError.ReadToEndAsync(Ct);
        try
        {
            await process.WaitForExitAsync(Ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        await File.WriteAllTextAsync(LogOf(log), await error + await output, CancellationToken.None);
        return (process.ExitCode, await output);
    }

    public static string LogOf(string log) => Path.Combine(Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_LOGS") ?? Path.GetTempPath(), $"cluster-{log}.log");

    /// <summary>Runs kubectl as the administrator.</summary>
    public static Task<string> KubectlAsync(params string[] arguments) => Kubectl.RunAsync(Kubeconfig, null, arguments);

    public static Task ApplyAsync(string manifest) => Kubectl.RunAsync(Kubeconfig, manifest, "apply", "-f", "-");

    /// <summary>The rollout of a workload, as kubectl takes it, is complete.</summary>
    public static Task RolledOutAsync(string ns, string workload) => KubectlAsync("-n", ns, "rollout", "status", workload, "--timeout=180s");

    /// <summary>Looks until kubectl prints something that matches.</summary>
    public static async Task<string> UntilAsync(string what, TimeSpan patience, Func<string, bool> matches, params string[] arguments)
    {
        var limit = Now + patience;
        while (true)
        {
            var text = await KubectlAsync(arguments);
            if (matches(text))
            {
                return text;
            }

            Assert.True(Now < limit, $"waited in vain for {what}; there is {text}");
            await Task.Delay(TimeSpan.FromMilliseconds(300), Ct);
        }
    }
}
