using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes;

/// <summary>Gets the token from a program, as kubeconfigs of hosted clusters ask for. Only tokens are supported, not certificates.</summary>
internal sealed class ExecTokenProvider(string command, IReadOnlyList<string> arguments, IReadOnlyList<(string Name, string Value)> environment,
    string apiVersion, string where, TimeProvider? time = null) : ITokenProvider
{
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly SemaphoreSlim gate = new(1);
    private (string Token, DateTimeOffset? Expires)? last;

    public static ExecTokenProvider Read(KubeConfigNode exec) => new(
        exec.Text("command") ?? throw exec.Error("command", "is missing"),
        exec.Texts("args"),
        [.. exec.Children("env").Select(entry => (entry.Text("name") ?? throw entry.Error("name", "is missing"), entry.Text("value") ?? ""))],
        exec.Text("apiVersion") ?? throw exec.Error("apiVersion", "is missing"),
        exec.File);

    public async ValueTask<string?> GetTokenAsync(bool refresh, CancellationToken ct)
    {
        await gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (refresh || last is not { } known || known.Expires - Early < time.GetUtcNow())
                last = Parse(await RunAsync(ct).ConfigureAwait(false));
            return last.Value.Token;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<string> RunAsync(CancellationToken ct)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = new JsonObject
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = "ExecCredential",
            ["spec"] = new JsonObject { ["interactive"] = false },
        }.ToJsonString();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeLimit);
        using var process = Start(start);
        try
        {
            process.StandardInput.Close();
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return process.ExitCode == 0 ? output : throw Error($"ended with exit code {process.ExitCode}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            ct.ThrowIfCancellationRequested();
            throw Error($"did not end within {TimeLimit.TotalSeconds} s");
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw Error(e.Message);
        }
    }

    private (string, DateTimeOffset?) Parse(string output)
    {
        try
        {
            var status = JsonNode.Parse(output)?["status"];
            var token = (string?)status?["token"] ?? throw Error("gave no status.token");
            return (token, (string?)status?["expirationTimestamp"] is { } expires ? DateTimeOffset.Parse(expires, CultureInfo.InvariantCulture) : null);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw Error($"gave no ExecCredential: {e.Message}");
        }
    }

    private KubeConfigException Error(string problem) => new($"{where}: exec command \"{command}\" {problem}");
}
