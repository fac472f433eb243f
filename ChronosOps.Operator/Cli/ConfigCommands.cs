using System.CommandLine;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Knowledge;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops config restore</c>: puts back what was kept of a ConfigMap, with the rights of whoever calls it. The operator itself never does.</summary>
internal static class ConfigCommands
{
    public static Command New(CliHost host) => new("config", "What is kept of ConfigMaps of known good revisions (knownGood.keepConfigMaps of a policy).") { Restore(host) };

    private static Command Restore(CliHost host)
    {
        var common = new CommonOptions();
        var named = new Argument<string>("CONFIGMAP") { Description = "The ConfigMap: NAME or configmap/NAME." };
        var yes = new Option<bool>("--yes") { Description = "Write it. Without it the keys that would change are shown, and nothing is changed." };
        var command = new Command("restore", "Puts back what a ConfigMap held when a workload served well with it.") { named, yes, common.Namespace };
        common.AddConnection(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = NameOf(parsed.GetRequiredValue(named));
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                await RestoreAsync(host, client.For(KubernetesResources.ConfigMaps), ns!, name, parsed.GetValue(yes), cancellationToken);
                return ExitCodes.Ok;
            }
        });
        return command;
    }

    private static string NameOf(string given) => given.Split('/') switch
    {
        [{ Length: > 0 } name] => name,
        ["configmap" or "configmaps" or "cm", { Length: > 0 } name] => name,
        _ => throw new CliException($"'{given}' is neither NAME nor configmap/NAME", ExitCodes.Usage),
    };

    private static async Task RestoreAsync(CliHost host, GenericClient<V1ConfigMap> configMaps, string ns, string name, bool write, CancellationToken cancellationToken)
    {
        var (key, kept) = (new ObjectKey(ns, name), KeptConfigMaps.NameOf(name));
        var copy = await configMaps.FindNamespacedAsync(ns, kept, cancellationToken);
        if (copy is null || !KeptConfigMaps.IsCopyOf(copy, name))
        {
            throw new CliException(copy is null ? $"nothing is kept of ConfigMap {key}" : $"ConfigMap {ns}/{kept} is not what ChronosOps kept of {key}; nothing was changed");
        }

        var when = Terminal.Time(KeptConfigMaps.KeptAt(copy)) ?? "an unknown time";
        var source = await configMaps.FindNamespacedAsync(ns, name, cancellationToken);
        var difference = KeptConfigMaps.Compare(source ?? new V1ConfigMap(), copy);
        if (source is not null && difference.IsNone)
        {
            await host.Out.WriteLineAsync($"ConfigMap {key} holds what was kept of it at {when}; nothing is changed.");
            return;
        }

        await Terminal.WriteTableAsync(host.Out, ["KEY", "RESTORED"],
            [.. difference.Changed.Select(one => new[] { one, "changes" }), .. difference.Added.Select(one => new[] { one, "comes back" }), .. difference.Removed.Select(one => new[] { one, "goes" })]);
        if (!write)
        {
            await host.Out.WriteLineAsync($"Nothing is changed yet. With --yes ConfigMap {key} holds again what it held at {when}. The values: kubectl -n {ns} get configmap {name} {kept} -o yaml");
            return;
        }

        await WriteAsync(configMaps, source, copy, ns, name, cancellationToken);
        await host.Out.WriteLineAsync($"ConfigMap {key} holds again what it held at {when}. Pods that read it as variables, or only when they begin, have to be restarted. Change it where its manifest is kept, too.");
    }

    /// <summary>Only if nobody has changed it in between.</summary>
    private static Task<V1ConfigMap> WriteAsync(GenericClient<V1ConfigMap> configMaps, V1ConfigMap? source, V1ConfigMap copy, string ns, string name, CancellationToken cancellationToken)
    {
        var restored = source ?? new V1ConfigMap { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ns } };
        (restored.Data, restored.BinaryData) = (copy.Data, copy.BinaryData);
        var options = new WriteOptions { FieldManager = ApiGroup.CommandLineManager };
        return source is null ? configMaps.CreateNamespacedAsync(restored, ns, options, cancellationToken) : configMaps.ReplaceNamespacedAsync(restored, ns, name, options, cancellationToken);
    }
}
