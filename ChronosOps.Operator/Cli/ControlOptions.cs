using System.CommandLine;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Controllers;

namespace ChronosOps.Operator.Cli;

/// <summary>Where the emergency stop of the installation is.</summary>
internal sealed class ControlOptions
{
    /// <summary>The label that the chart and config/ give to what they install.</summary>
    public const string Installed = "app.kubernetes.io/name=chronosops";

    /// <summary>A stop is wanted now; a server that needs longer to search gets the usual names.</summary>
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(5);

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
    /// The ConfigMap that the flags name, or else those of all installations, in order: a release may have any name, and a stop that is written
    /// where nobody reads it stops nothing. Where none is found, or the server does not say, the usual names. Never empty.
    /// </summary>
    public async Task<IReadOnlyList<ObjectKey>> LocateAsync(ParseResult parsed, KubernetesClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        var (ns, name) = (parsed.GetValue(_namespace) ?? "", parsed.GetValue(_name) ?? "");
        if (ns.Length > 0 && name.Length > 0)
        {
            return [new ObjectKey(ns, name)];
        }

        var found = (await FindAsync(client, ns, time, cancellationToken)).Where(map => name.Length == 0 || map.Name == name).ToList();
        return found.Count > 0
            ? [.. found.OrderBy(map => map.ToString(), StringComparer.Ordinal)]
            : [new ObjectKey(ns.Length > 0 ? ns : RunSettings.DefaultControlNamespace, name.Length > 0 ? name : RunSettings.DefaultControlConfigMap)];
    }

    private static async Task<List<ObjectKey>> FindAsync(KubernetesClient client, string ns, TimeProvider time, CancellationToken cancellationToken)
    {
        using var search = new CancellationTokenSource(LongestSearch, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, search.Token);
        try
        {
            var labelled = await client.For(KubernetesResources.ConfigMaps)
                .ListAllAsync(ns.Length > 0 ? ns : null, new ListOptions { LabelSelector = Installed }, either.Token).ToListAsync(either.Token);
            return [.. labelled.Where(map => map.Data?.ContainsKey(EmergencyStop.Key) == true || map.Name().EndsWith("-control", StringComparison.Ordinal)).Select(map => map.Key())];
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }
}
