using System.CommandLine;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Controllers;

namespace ChronosOps.Operator.Cli;

/// <summary>Where the emergency stop of the installation is.</summary>
internal sealed class ControlOptions
{
    /// <summary>The label that the chart and config/ give to what they install.</summary>
    private const string Installed = "app.kubernetes.io/name=chronosops";

    private readonly Option<string?> _namespace =
        new("--control-namespace") { Description = "The namespace of the installation. Default: where the ConfigMap is found by its labels.", HelpName = "NS" };

    private readonly Option<string?> _name =
        new("--control-configmap") { Description = "The ConfigMap with the emergency stop. Default: the one that is found by its labels.", HelpName = "NAME" };

    public void AddTo(Command command)
    {
        command.Options.Add(_namespace);
        command.Options.Add(_name);
    }

    /// <summary>
    /// The ConfigMap that the flags name, or else the one of the installation: a release may have any name, and a stop that is written where
    /// nobody reads it stops nothing. Who may not list ConfigMaps gets the usual names.
    /// </summary>
    /// <exception cref="CliException">There are several installations.</exception>
    public async Task<(string Namespace, string Name)> LocateAsync(ParseResult parsed, KubernetesClient client, CancellationToken cancellationToken)
    {
        var (ns, name) = (parsed.GetValue(_namespace), parsed.GetValue(_name));
        if (ns is not { Length: > 0 } || name is not { Length: > 0 })
        {
            var found = (await FindAsync(client, ns, cancellationToken)).Where(map => string.IsNullOrEmpty(name) || map.Name == name).ToList();
            (ns, name) = found switch
            {
                [] => (Or(ns, RunSettings.DefaultControlNamespace), Or(name, RunSettings.DefaultControlConfigMap)),
                [var one] => (one.Namespace!, one.Name),
                _ => throw new CliException(
                    $"there are several installations: {string.Join(", ", found.Select(map => map.ToString()).Order(StringComparer.Ordinal))}: say which with --control-namespace and --control-configmap"),
            };
        }

        return (ns, name);
    }

    private static async Task<List<ObjectKey>> FindAsync(KubernetesClient client, string? ns, CancellationToken cancellationToken)
    {
        try
        {
            var labelled = await client.For(KubernetesResources.ConfigMaps)
                .ListAllAsync(string.IsNullOrEmpty(ns) ? null : ns, new ListOptions { LabelSelector = Installed }, cancellationToken).ToListAsync(cancellationToken);
            return [.. labelled.Where(map => map.Data?.ContainsKey(EmergencyStop.Key) == true || map.Name().EndsWith("-control", StringComparison.Ordinal)).Select(map => map.Key())];
        }
        catch (KubernetesException refused) when (refused.IsForbidden)
        {
            return [];
        }
    }

    private static string Or(string? given, string usual) => string.IsNullOrEmpty(given) ? usual : given;
}
