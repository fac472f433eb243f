using System.Diagnostics;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>The operator as it runs in the cluster: its pod, and the container's process as this machine sees it.</summary>
internal sealed class OperatorPod
{
    public const string Namespace = "chronosops-system";
    private const string Label = "app.kubernetes.io/name=chronosops";
    private const string CommandLine = "/app/chronosops\0run\0";
    private readonly string _cgroup;

    private OperatorPod(string cgroup) => _cgroup = cgroup;

    /// <summary>Finds where the processes of this cluster are: no other cluster's operator must be hit.</summary>
    public static async Task<OperatorPod> FindAsync()
    {
        var (_, status) = await ClusterScripts.RunAsync("status", new Dictionary<string, string>(), "hack/cluster", "status", "--name", ClusterScripts.Name);
        var line = status.Split('\n').SingleOrDefault(line => line.StartsWith("cgroup ", StringComparison.Ordinal));
        Assert.True(line is not null, $"hack/cluster status names no cgroup: {status}");
        var root = File.Exists("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/freezer";
        return new OperatorPod(root + line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    /// <summary>Changes with every new pod, container or restart.</summary>
    public static Task<string> IdentityAsync() => ClusterScripts.KubectlAsync("-n", Namespace, "get", "pods", "-l", Label, "-o",
        "jsonpath={range .items[*]}{.metadata.uid} {.status.containerStatuses[*].containerID} {.status.containerStatuses[*].restartCount}{end}");

    public static Task ReadyAsync() => ClusterScripts.RolledOutAsync(Namespace, "deployment/chronosops");

    /// <summary>Has the pod replaced: the kubelet restarts a container that ends again and again ever more slowly.</summary>
    public static Task ReplaceAsync() => ClusterScripts.KubectlAsync("-n", Namespace, "delete", "pod", "-l", Label, "--wait=false");

    /// <summary>The id of the operator's process in its container; null while there is none.</summary>
    public int? ProcessId()
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        return Directory.EnumerateFiles(_cgroup, "cgroup.procs", options).SelectMany(Lines).Select(int.Parse).Where(IsOperator).Cast<int?>().FirstOrDefault();
    }

    /// <summary>Ends the container's process by SIGKILL and returns once it is gone.</summary>
    /// <returns>Its id; null where none ran.</returns>
    public int? Kill()
    {
        if (ProcessId() is not { } id)
        {
            return null;
        }

        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(10)), $"process {id} does not end");
            return id;
        }
        catch (ArgumentException)
        {
            return null; // it ended by itself a moment ago
        }
    }

    private static bool IsOperator(int id) => Lines($"/proc/{id}/cmdline").FirstOrDefault()?.StartsWith(CommandLine, StringComparison.Ordinal) == true;

    /// <summary>None for what is gone in the meantime.</summary>
    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
