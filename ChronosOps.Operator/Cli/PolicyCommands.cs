using System.CommandLine;
using System.Globalization;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops policies</c>.</summary>
internal static class PolicyCommands
{
    public static Command List(CliHost host)
    {
        var common = new CommonOptions();
        var list = new Command("policies", "Lists policies: their mode, whether they are valid, and what they cover.") { common.Namespace, common.AllNamespaces, common.Output };
        common.AddConnection(list);
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                var policies = await client.For(ApiResources.Policies).ListAllAsync(ns, ct: cancellationToken).ToListAsync(cancellationToken);
                await (common.IsJson(parsed)
                    ? Objects.WriteListAsync(host.Out, policies, ApiResources.Policies.Json)
                    : Terminal.WriteTableAsync(host.Out, ["NAMESPACE", "NAME", "MODE", "READY", "SIGNALS", "WORKLOADS", "OPEN", "MESSAGE"], policies.OrderBy(p => p.Key().ToString(), StringComparer.Ordinal).Select(Row)));
                return ExitCodes.Ok;
            }
        });
        return list;
    }

    private static string?[] Row(RemediationPolicy policy)
    {
        var conditions = (policy.Status?.Conditions ?? []).ToDictionary(c => c.Type);
        return
        [
            policy.Namespace(),
            policy.Name(),
            policy.Spec.Mode.ToString(),
            conditions.GetValueOrDefault("Ready")?.Status,
            conditions.GetValueOrDefault("SignalsAvailable")?.Status,
            policy.Status?.MatchedWorkloads?.ToString(CultureInfo.InvariantCulture),
            policy.Status?.OpenIncidents?.ToString(CultureInfo.InvariantCulture),
            conditions.GetValueOrDefault("Ready")?.Message,
        ];
    }
}
