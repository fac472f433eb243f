using System.CommandLine;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops status</c>: what keeps the operator from acting, and what waits for a person.</summary>
internal static class StatusCommand
{
    private const string Unknown = "unknown";

    public static Command New(CliHost host)
    {
        var common = new CommonOptions();
        var control = new ControlOptions();
        var command = new Command("status", "What keeps ChronosOps from acting, and what waits for a person: emergency stop, policies that are not in force, open incidents, held workloads.")
        {
            common.Namespace, common.AllNamespaces,
        };
        common.AddConnection(command);
        control.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                var rows = new List<string?[]>();
                rows.AddRange(await PartAsync("Operator", client.For(KubernetesResources.Deployments), null, Operators, cancellationToken, ControlOptions.Installed));
                foreach (var map in await control.LocateAsync(parsed, client, host.Time, cancellationToken))
                {
                    rows.Add(await StopAsync(client, map.Namespace!, map.Name, cancellationToken));
                }

                rows.Add(["Namespace", ns ?? "all", ns is null ? "" : "all namespaces: -A"]);
                rows.AddRange(await PartAsync("Policies", client.For(ApiResources.Policies), ns, Policies, cancellationToken));
                rows.AddRange(await PartAsync("Open incidents", client.For(ApiResources.Incidents), ns, Incidents, cancellationToken));
                rows.AddRange(await HeldAsync(client, ns, host.Time.GetUtcNow(), cancellationToken));
                await Terminal.WriteTableAsync(host.Out, ["WHAT", "STATE", "ABOUT"], rows);
                return ExitCodes.Ok;
            }
        });
        return command;
    }

    /// <summary>What somebody may not see does not hide the rest.</summary>
    private static async Task<IEnumerable<string?[]>> PartAsync<T>(
        string what, GenericClient<T> client, string? ns, Func<List<T>, IEnumerable<string?[]>> rows, CancellationToken cancellationToken, string? labels = null)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            return rows(await client.ListAllAsync(ns, new ListOptions { LabelSelector = labels }, cancellationToken).ToListAsync(cancellationToken));
        }
        catch (KubernetesException refused) when (refused.IsForbidden)
        {
            return [[what, Unknown, $"you may not list them: {refused.Message}"]];
        }
    }

    /// <summary>By the labels that the chart and config/ give to what they install.</summary>
    private static IEnumerable<string?[]> Operators(List<V1Deployment> installed)
    {
        if (installed.Count == 0)
        {
            yield return ["Operator", "not found", "no Deployment carries the labels of an installation: nothing watches, unless it runs outside of the cluster"];
        }

        foreach (var one in installed)
        {
            var (ready, wanted) = (one.Status?.ReadyReplicas ?? 0, one.Spec.Replicas ?? 1);
            yield return ["Operator", ready > 0 ? "running" : "not running", $"Deployment {one.Key()}: {ready} of {wanted} pods ready"];
        }
    }

    private static async Task<string?[]> StopAsync(KubernetesClient client, string ns, string name, CancellationToken cancellationToken)
    {
        var state = await new EmergencyStop(client, ns, name).IsOnAsync(cancellationToken) switch
        {
            true => ("on", $"ConfigMap {ns}/{name}: nothing is done anywhere; chronosops resume ends it"),
            false => ("off", $"ConfigMap {ns}/{name}"),
            null => (Unknown, $"ConfigMap {ns}/{name} is missing, cannot be read or says neither true nor false, so it counts as on"),
        };
        return ["Emergency stop", state.Item1, state.Item2];
    }

    private static IEnumerable<string?[]> Policies(List<RemediationPolicy> policies)
    {
        var wrong = policies.Where(policy => Ready(policy) is not { Status: "True" }).ToList();
        var observing = policies.Count(policy => policy.Spec.Mode == PolicyMode.Observe);
        var rehearsing = policies.Count(policy => policy.Spec.Mode == PolicyMode.DryRun);
        yield return ["Policies", $"{policies.Count}", $"{wrong.Count} not in force, {observing} in mode Observe{(rehearsing > 0 ? $", {rehearsing} in mode DryRun" : "")}"];
        foreach (var policy in wrong)
        {
            yield return ["  policy", "not in force", $"{policy.Key()}: {Ready(policy)?.Message ?? "the operator has not taken it up as it is now"}"];
        }
    }

    /// <summary>Of the policy as it is now, not as it was before the last change.</summary>
    private static V1Condition? Ready(RemediationPolicy policy) =>
        (policy.Status?.Conditions ?? []).GetCondition("Ready") is { } ready && ready.ObservedGeneration == policy.Metadata.Generation ? ready : null;

    private static IEnumerable<string?[]> Incidents(List<Incident> incidents)
    {
        var open = incidents.Where(incident => !PhaseTable.IsEnd(incident.Status?.Phase)).ToList();
        yield return ["Open incidents", $"{open.Count}", ""];
        foreach (var incident in open.OrderBy(incident => incident.Key().ToString(), StringComparer.Ordinal))
        {
            yield return ["  incident", incident.Status?.Phase?.ToString() ?? "not taken up", $"{incident.Key()}: {Origin(incident)}{incident.Status?.Message ?? incident.Spec.Summary}"];
        }
    }

    private static string Origin(Incident incident) => incident.Status?.Origin is not { } origin ? ""
        : origin == incident.Name() ? $"likely the origin of {incident.Status.Related.Count} more; "
        : $"likely from incident {origin}; ";

    private static async Task<IEnumerable<string?[]>> HeldAsync(KubernetesClient client, string? ns, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<string?[]> held = [], refused = [];
        foreach (var (kind, type) in WorkloadKinds.Metadata.Where(entry => !WorkloadKinds.IsBatch(entry.Key)))
        {
            var rows = (await PartAsync($"Held {kind}s", client.For(type), ns, all => Held(kind, all, now), cancellationToken)).ToList();
            (rows.Exists(row => row[1] == Unknown) ? refused : held).AddRange(rows);
        }

        return [.. refused, ["Held workloads", $"{held.Count}", ""], .. held];
    }

    private static IEnumerable<string?[]> Held(WorkloadKind kind, List<PartialObjectMetadata> workloads, DateTimeOffset now) =>
        from workload in workloads
        let hold = Hold.Of(workload.Metadata.Annotations ?? [], now)
        where hold is { IsHeld: true }
        select new string?[] { "  workload", "held", $"{kind} {workload.Key()}: {hold.Message}" };
}
