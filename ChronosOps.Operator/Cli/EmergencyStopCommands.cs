using System.CommandLine;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops stop</c> and <c>resume</c>: the emergency stop of the whole installation.</summary>
internal static class EmergencyStopCommands
{
    public static Command Stop(CliHost host) => New(
        host,
        "stop",
        "Emergency stop: no action is started any more, in any namespace.",
        true,
        "Emergency stop is ON ({0}). No action is started any more, in any namespace. Detection, diagnosis and reports go on. What the API server has "
        + "already accepted is not undone. End it with: chronosops resume");

    public static Command Resume(CliHost host) => New(
        host,
        "resume",
        "Ends the emergency stop: policies in mode Autonomous act again.",
        false,
        "Emergency stop is OFF ({0}). Policies in mode Autonomous act again; incidents that waited go on.");

    private static Command New(CliHost host, string verb, string description, bool stopped, string meaning)
    {
        var common = new CommonOptions();
        var control = new ControlOptions();
        var command = new Command(verb, description);
        control.AddTo(command);
        common.AddConnection(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = common.Connect(host, parsed).Client;
            var maps = await control.LocateAsync(parsed, client, host.Time, cancellationToken);
            // To stop more than was meant does little harm. To let something act again that others have stopped may.
            if (maps.Count > 1 && !stopped)
            {
                throw new CliException($"there are several installations: {string.Join(", ", maps)}: say which with --control-namespace and --control-configmap");
            }

            await WriteAllAsync(client, maps, stopped ? "true" : "false", cancellationToken);
            await host.Out.WriteLineAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, meaning, $"ConfigMap {string.Join(", ConfigMap ", maps)}"));
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>One that cannot be written does not keep the others from it.</summary>
    private static async Task WriteAllAsync(KubernetesClient client, IReadOnlyList<ObjectKey> maps, string value, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var map in maps)
        {
            try
            {
                await WriteAsync(client, map.Namespace!, map.Name, value, cancellationToken);
            }
            catch (Exception failure) when (maps.Count > 1 && failure is CliException or KubernetesException)
            {
                failures.Add($"ConfigMap {map}: {failure.Message}");
            }
        }

        if (failures.Count > 0)
        {
            throw new CliException($"not all of {string.Join(", ", maps)} could be written: {string.Join("; ", failures)}");
        }
    }

    /// <summary>The ConfigMap is never made: one that nobody reads would pass a stop off as done, and for whoever reads it its absence is a stop already.</summary>
    private static async Task WriteAsync(KubernetesClient client, string ns, string name, string value, CancellationToken cancellationToken)
    {
        try
        {
            var patch = new JsonObject { ["data"] = new JsonObject { [EmergencyStop.Key] = value } };
            var options = new WriteOptions { FieldManager = ApiGroup.CommandLineManager };
            await client.For(KubernetesResources.ConfigMaps).PatchNamespacedAsync(new V1Patch(patch, V1Patch.PatchType.MergePatch), ns, name, options, cancellationToken);
        }
        catch (KubernetesException missing) when (missing.IsNotFound)
        {
            throw new CliException($"there is no ConfigMap {ns}/{name}: nothing was changed. An operator that reads this one counts it as a stop while it is missing; "
                + "another goes on: give --control-namespace and --control-configmap of the installation");
        }
    }
}
