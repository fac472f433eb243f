using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes;

/// <summary>A program that gives credentials, as a kubeconfig names it (client-go credential plugins).</summary>
/// <param name="Command">A name in the path, or a path relative to the kubeconfig.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Environment">Variables beside those of this process.</param>
/// <param name="ApiVersion">The version of its answer.</param>
/// <param name="Cluster">What it is told of the cluster; null: nothing.</param>
/// <param name="InstallHint">What to tell people when it is not there.</param>
/// <param name="Where">The kubeconfig, for error messages.</param>
internal sealed record ExecPlugin(string Command, IReadOnlyList<string> Arguments, IReadOnlyList<(string Name, string Value)> Environment, string ApiVersion,
    JsonObject? Cluster, string? InstallHint, string Where)
{
    private const string Extension = "client.authentication.k8s.io/exec";
    private static readonly string[] Versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    /// <param name="exec">The kubeconfig's <c>exec</c>.</param>
    /// <param name="cluster">The cluster that the credentials are for.</param>
    /// <param name="node">The kubeconfig's <c>cluster</c>, which may have settings for plugins.</param>
    /// <exception cref="KubeConfigException">The message names the field.</exception>
    public static ExecPlugin Read(KubeConfigNode exec, KubernetesClientConfiguration cluster, KubeConfigNode? node = null)
    {
        var version = exec.Text("apiVersion") ?? throw exec.Error("apiVersion", "is missing");
        if (!Versions.Contains(version))
            throw exec.Error("apiVersion", $"must be {string.Join(" or ", Versions)}, not \"{version}\"");
        if (exec.Text("interactiveMode") is "Always")
            throw exec.Error("interactiveMode", "is Always, but there is no terminal");
        var command = exec.Text("command") ?? throw exec.Error("command", "is missing");
        return new ExecPlugin(
            command.Contains('/') ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(exec.File))!, command) : command,
            exec.Texts("args"),
            [.. exec.Children("env").Select(entry => (entry.Text("name") ?? throw entry.Error("name", "is missing"), entry.Text("value") ?? ""))],
            version,
            exec.Flag("provideClusterInfo") ? Info(cluster, node) : null,
            exec.Text("installHint"),
            exec.File);
    }

    /// <summary>Runs the program and returns what it wrote. Its messages for people go where ours go.</summary>
    /// <exception cref="KubeConfigException">It is not there, failed, or takes too long.</exception>
    public async Task<string> RunAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeLimit);
        using var process = Start();
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

    public KubeConfigException Error(string problem, Exception? inner = null) => new($"{Where}: exec command \"{Command}\" {problem}", inner);

    private Process Start()
    {
        var program = Command.Contains('/') ? Command : ExecutablePath.Find(Command, System.Environment.GetEnvironmentVariable("PATH"));
        var start = new ProcessStartInfo(program ?? throw NotThere("is in no absolute folder of PATH"), Arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        var spec = new JsonObject { ["interactive"] = false };
        if (Cluster is not null)
            spec["cluster"] = Cluster.DeepClone();
        start.Environment["KUBERNETES_EXEC_INFO"] = new JsonObject { ["apiVersion"] = ApiVersion, ["kind"] = "ExecCredential", ["spec"] = spec }.ToJsonString();
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw NotThere($"does not start: {e.Message}", e);
        }
    }

    private KubeConfigException NotThere(string problem, Exception? inner = null) => Error(InstallHint is null ? problem : $"{problem}. {InstallHint}", inner);

    private static JsonObject Info(KubernetesClientConfiguration cluster, KubeConfigNode? node)
    {
        var info = new JsonObject { ["server"] = cluster.Host };
        if (cluster.SslCaCerts is { } authorities)
            info["certificate-authority-data"] = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(authorities.ExportCertificatePems()));
        if (cluster.TlsServerName is { } name)
            info["tls-server-name"] = name;
        if (cluster.SkipTlsVerify)
            info["insecure-skip-tls-verify"] = true;
        if (cluster.DisableCompression)
            info["disable-compression"] = true;
        if (node?.Entry("extensions", Extension, "extension") is { } settings)
            info["config"] = settings.ToJson();
        return info;
    }
}
