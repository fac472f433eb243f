using System.Diagnostics;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>The output of a program that a person would run.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error);

/// <summary>Runs kubectl, Helm and our own command line as the administrator, or as whom the kubeconfig says.</summary>
internal static class Kubectl
{
    /// <summary>Of this run alone: an earlier cluster at the same address had other resources.</summary>
    private static string _discoveryCache = NewCache();

    /// <summary>The server has other resources now: short names are looked up in the cache alone.</summary>
    public static void ForgetDiscovery() => Volatile.Write(ref _discoveryCache, NewCache());

    /// <summary>Runs kubectl; fails the test when it fails.</summary>
    public static async Task<string> RunAsync(string kubeconfig, string? input, params string[] arguments)
    {
        var result = await TryAsync("kubectl", kubeconfig, input, arguments);
        Assert.True(result.ExitCode == 0, $"kubectl {string.Join(' ', arguments)}: {result.Error}");
        return result.Output;
    }

    public static async Task<ProgramResult> TryAsync(string program, string kubeconfig, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["DOTNET_ROOT"] = RunningOperator.DotnetRoot;
        start.Environment["KUBECACHEDIR"] = Volatile.Read(ref _discoveryCache);
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ProgramResult(process.ExitCode, await output, await error);
    }

    private static string NewCache() => Directory.CreateTempSubdirectory("chronosops-kubectl-").FullName;
}
