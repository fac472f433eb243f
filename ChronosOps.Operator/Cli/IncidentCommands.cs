using System.CommandLine;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops incidents</c>.</summary>
internal static class IncidentCommands
{
    public static Command New(CliHost host) => new("incidents", "Incidents: what is or was wrong, and what was done.") { List(host), Show(host), FollowCommand.New(host) };

    private static Command List(CliHost host)
    {
        var common = new CommonOptions();
        var list = new Command("list", "Lists incidents, the newest first.") { common.Namespace, common.AllNamespaces, common.Output };
        common.AddConnection(list);
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                var incidents = await client.For(ApiResources.Incidents).ListAllAsync(ns, ct: cancellationToken).ToListAsync(cancellationToken);
                var newestFirst = incidents.OrderByDescending(i => i.Metadata.CreationTimestamp).ThenBy(i => i.Key().ToString(), StringComparer.Ordinal);
                await (common.IsJson(parsed)
                    ? Objects.WriteListAsync(host.Out, newestFirst, ApiResources.Incidents.Json)
                    : Terminal.WriteTableAsync(host.Out, ["NAMESPACE", "NAME", "WORKLOAD", "PHASE", "CAUSE", "CONFIDENCE", "ACTION", "DETECT", "MITIGATE", "CREATED"], newestFirst.Select(Row)));
                return ExitCodes.Ok;
            }
        });
        return list;
    }

    private static Command Show(CliHost host)
    {
        var common = new CommonOptions();
        var name = new Argument<string>("NAME") { Description = "The incident." };
        var show = new Command("show", "Tells the story of an incident so far.") { name, common.Namespace, common.Output };
        common.AddConnection(show);
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                var incident = await client.For(ApiResources.Incidents).FindNamespacedAsync(ns!, parsed.GetRequiredValue(name), cancellationToken)
                    ?? throw new CliException($"there is no incident {parsed.GetValue(name)} in namespace {ns}");
                await (common.IsJson(parsed) ? Objects.WriteAsync(host.Out, incident, ApiResources.Incidents.Json) : TellAsync(host, incident));
                return ExitCodes.Ok;
            }
        });
        return show;
    }

    private static async Task TellAsync(CliHost host, Incident incident)
    {
        var workload = incident.Spec.WorkloadRef;
        await host.Out.WriteLineAsync(Terminal.Safe($"Incident {incident.Key()}: {workload.Kind} {workload.Name}, policy {incident.Status?.Policy ?? incident.Spec.PolicyRef?.Name ?? "(none)"}"));
        foreach (var line in new IncidentStory().Update(incident))
        {
            await host.Out.WriteLineAsync(line.Render(incident.Status?.OnsetAt, host.Colours));
        }

        await host.Out.WriteLineAsync(incident.Status?.Phase is null ? "The operator has not taken it up yet." : IncidentStory.Ending(incident));
    }

    private static string?[] Row(Incident incident) =>
    [
        incident.Namespace(),
        incident.Name(),
        incident.Spec.WorkloadRef.Name,
        incident.Status?.Phase?.ToString(),
        incident.Status?.Cause,
        incident.Status?.Confidence,
        incident.Status?.LastAction,
        incident.Status?.TimeToDetect,
        incident.Status?.TimeToMitigate,
        incident.Metadata.CreationTimestamp?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
    ];
}
