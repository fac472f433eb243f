using System.CommandLine;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Knowledge;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops postmortem</c>: prints the page that was written about an incident.</summary>
internal static class PostmortemCommand
{
    public static Command New(CliHost host)
    {
        var common = new CommonOptions();
        var name = new Argument<string>("NAME") { Description = "The incident." };
        var command = new Command("postmortem", "Prints an incident's postmortem in Markdown. It is kept as long as the incident.") { name, common.Namespace };
        common.AddConnection(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                await host.Out.WriteAsync(await FindAsync(client, ns!, parsed.GetRequiredValue(name), cancellationToken));
                return ExitCodes.Ok;
            }
        });
        return command;
    }

    private static async Task<string> FindAsync(KubernetesClient client, string ns, string name, CancellationToken cancellationToken)
    {
        var incident = await client.For(ApiResources.Incidents).FindNamespacedAsync(ns, name, cancellationToken);
        var reference = incident?.Status?.Postmortem;
        var nameless = new Incident { Metadata = new() { Name = name, NamespaceProperty = ns } };
        var configMap = reference?.ConfigMap ?? Postmortem.ConfigMapName(nameless);
        var map = await client.For(KubernetesResources.ConfigMaps).FindNamespacedAsync(ns, configMap, cancellationToken);
        if (map?.Data?.GetValueOrDefault(reference?.Key ?? Postmortem.Key) is { } page)
        {
            return page;
        }

        throw new CliException(incident is null
            ? $"there is no incident {name} in namespace {ns}, and no postmortem of it"
            : $"incident {ns}/{name} has no postmortem yet: it is {incident.Status?.Phase?.ToString() ?? "not taken up"}");
    }
}
