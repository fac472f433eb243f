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
            var (inNamespace, configMap) = (control.Namespace(parsed), control.Name(parsed));
            await WriteAsync(client, inNamespace, configMap, stopped, cancellationToken);
            await host.Out.WriteLineAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, meaning, $"ConfigMap {inNamespace}/{configMap}"));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task WriteAsync(KubernetesClient client, string ns, string name, bool stopped, CancellationToken cancellationToken)
    {
        var value = stopped ? "true" : "false";
        var configMaps = client.For(KubernetesResources.ConfigMaps);
        var options = new WriteOptions { FieldManager = ApiGroup.CommandLineManager };
        try
        {
            var patch = new JsonObject { ["data"] = new JsonObject { [EmergencyStop.Key] = value } };
            await configMaps.PatchNamespacedAsync(new V1Patch(patch, V1Patch.PatchType.MergePatch), ns, name, options, cancellationToken);
        }
        catch (KubernetesException missing) when (missing.IsNotFound)
        {
            // A stop must work at once. To resume where nothing was installed would only hide a wrong name.
            if (!stopped)
            {
                throw new CliException($"there is no ConfigMap {ns}/{name}: give --control-namespace and --control-configmap of the installation");
            }

            await CreateAsync(configMaps, ns, name, value, options, cancellationToken);
        }
    }

    private static async Task CreateAsync(GenericClient<V1ConfigMap> configMaps, string ns, string name, string value, WriteOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var map = new V1ConfigMap { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ns }, Data = new() { [EmergencyStop.Key] = value } };
            await configMaps.CreateNamespacedAsync(map, ns, options, cancellationToken);
        }
        catch (KubernetesException missing) when (missing.IsNotFound)
        {
            throw new CliException($"there is no namespace {ns}: give --control-namespace of the installation");
        }
    }
}
