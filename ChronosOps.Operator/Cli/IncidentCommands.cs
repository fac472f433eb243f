using System.CommandLine;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops incidents</c>, <c>show</c> and <c>timeline</c>: what is or was wrong, and what was done.</summary>
internal static class IncidentCommands
{
    public static Command List(CliHost host)
    {
        var common = new CommonOptions();
        var list = new Command("incidents", "Lists incidents, the newest first.") { common.Namespace, common.AllNamespaces, common.Output };
        common.AddConnection(list);
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                var incidents = await client.For(ApiResources.Incidents).ListAllAsync(ns, ct: cancellationToken).ToListAsync(cancellationToken);
                var newestFirst = incidents.OrderByDescending(i => i.Metadata.CreationTimestamp).ThenBy(i => i.Key().ToString(), StringComparer.Ordinal);
                if (incidents.Count == 0 && !common.IsJson(parsed))
                {
                    await host.Error.WriteLineAsync(ns is null ? "There are no incidents." : $"There are no incidents in namespace {ns}. All namespaces: -A");
                    return ExitCodes.Ok;
                }

                await (common.IsJson(parsed)
                    ? Objects.WriteListAsync(host.Out, newestFirst, ApiResources.Incidents.Json)
                    : Terminal.WriteTableAsync(host.Out, ["NAMESPACE", "NAME", "WORKLOAD", "PHASE", "CAUSE", "CONFIDENCE", "ACTION", "DETECT", "MITIGATE", "CREATED"], newestFirst.Select(Row)));
                return ExitCodes.Ok;
            }
        });
        return list;
    }

    public static Command Show(CliHost host) => OfOne(
        host,
        "show",
        "Shows where an incident stands: workload, times, cause, what was decided and done.",
        incident => IncidentSheet.Write(host.Out, incident),
        incident => Objects.WriteAsync(host.Out, incident, ApiResources.Incidents.Json));

    public static Command Timeline(CliHost host) => OfOne(
        host,
        "timeline",
        "Tells the story of an incident so far, in order of time: signals, evidence, causes, decision with each gate, action, every check. As JSON an object on each line.",
        incident => TellAsync(host, incident),
        incident => WriteLinesAsync(host.Out, new IncidentStory().Update(incident).Select(line => line.ToJson(incident.Status?.OnsetAt))));

    /// <summary>An incident that has to be there, by NAME or incident/NAME.</summary>
    /// <exception cref="CliException">It is not.</exception>
    public static async Task<Incident> ReadAsync(KubernetesClient client, string ns, string given, CancellationToken cancellationToken)
    {
        var name = given.Split('/') is [var kind, { Length: > 0 } rest] && IsIncident(kind) ? rest : given;
        return await client.For(ApiResources.Incidents).FindNamespacedAsync(ns, name, cancellationToken) ?? throw new CliException($"there is no incident {name} in namespace {ns}");
    }

    /// <summary>Whether a word is one of those by which kubectl knows incidents.</summary>
    public static bool IsIncident(string word) => word is "incident" or "incidents" or "inc" or "incident.chronosops.io" or "incidents.chronosops.io";

    private static Command OfOne(CliHost host, string verb, string description, Func<Incident, Task> text, Func<Incident, Task> json)
    {
        var common = new CommonOptions();
        var name = new Argument<string>("NAME") { Description = "The incident." };
        var command = new Command(verb, description) { name, common.Namespace, common.Output };
        common.AddConnection(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                var incident = await ReadAsync(client, ns!, parsed.GetRequiredValue(name), cancellationToken);
                await (common.IsJson(parsed) ? json(incident) : text(incident));
                return ExitCodes.Ok;
            }
        });
        return command;
    }

    private static async Task TellAsync(CliHost host, Incident incident)
    {
        var workload = incident.Spec.WorkloadRef;
        await host.Out.WriteLineAsync(Terminal.Safe($"Incident {incident.Key()}: {workload.Kind} {workload.Name}, policy {incident.Status?.Policy ?? incident.Spec.PolicyRef?.Name ?? "(none)"}"));
        await WriteLinesAsync(host.Out, new IncidentStory().Update(incident).Select(line => line.Render(incident.Status?.OnsetAt, host.Colours)));
        await host.Out.WriteLineAsync(incident.Status?.Phase is null ? IncidentSheet.NotTakenUp : IncidentStory.Ending(incident));
    }

    private static async Task WriteLinesAsync(TextWriter output, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            await output.WriteLineAsync(line);
        }
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
        Terminal.Time(incident.Metadata.CreationTimestamp),
    ];
}
