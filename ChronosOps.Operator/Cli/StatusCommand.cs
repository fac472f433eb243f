using System.CommandLine;
using System.Text.Json;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops status</c>: what keeps the operator from acting, and what waits for a person.</summary>
internal static class StatusCommand
{
    private const string Unknown = "unknown";

    public static Command New(CliHost host)
    {
        var common = new CommonOptions();
        var control = new ControlOptions();
        var command = new Command("status", "What keeps ChronosOps from acting, and what waits for a person: emergency stop, storms, policies that are not in force, signals that flap, open incidents, held workloads.")
        {
            common.Namespace, common.AllNamespaces, common.Output,
        };
        common.AddConnection(command);
        control.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                var controls = await control.LocateAsync(parsed, client, host.Time, cancellationToken);
                var report = await new StatusReader(client, ns, host.Time.GetUtcNow()).ReadAsync(controls, cancellationToken);
                await (common.IsJson(parsed)
                    ? host.Out.WriteLineAsync(JsonSerializer.Serialize(report, StatusJson.Default.StatusReport))
                    : Terminal.WriteTableAsync(host.Out, ["WHAT", "STATE", "ABOUT"], Rows(report)));
                return ExitCodes.Ok;
            }
        });
        return command;
    }

    private static IEnumerable<string?[]> Rows(StatusReport report) =>
    [
        .. Unseen(report, "Operator"), .. Operators(report), .. report.EmergencyStops.Select(Stop),
        ["Namespace", report.Namespace ?? "all", report.Namespace is null ? "" : "all namespaces: -A"],
        .. Storms(report), .. Unseen(report, "Policies"), .. Policies(report), .. Unseen(report, "Open incidents"), .. Incidents(report), .. Held(report),
    ];

    private static IEnumerable<string?[]> Unseen(StatusReport report, string what) =>
        report.Unseen.Where(one => one.Key.StartsWith(what, StringComparison.Ordinal)).Select(one => new string?[] { one.Key, Unknown, one.Value });

    /// <summary>By the labels that the chart and config/ give to what they install.</summary>
    private static IEnumerable<string?[]> Operators(StatusReport report) => report.Operators is { Count: 0 }
        ? [["Operator", "not found", "no Deployment carries the labels of an installation: nothing watches, unless it runs outside of the cluster"]]
        : (report.Operators ?? []).Select(one => new string?[]
            { "Operator", one.ReadyPods > 0 ? "running" : "not running", $"Deployment {one.Namespace}/{one.Name}: {one.ReadyPods} of {one.WantedPods} pods ready" });

    private static string?[] Stop(StopReport stop) =>
    [
        "Emergency stop", stop.On switch { true => "on", false => "off", null => Unknown },
        $"ConfigMap {stop.Namespace}/{stop.ConfigMap}" + stop.On switch
        {
            true => ": nothing is done anywhere; chronosops resume ends it",
            false => "",
            null => " is missing, cannot be read or says neither true nor false, so it counts as on",
        },
    ];

    private static IEnumerable<string?[]> Storms(StatusReport report) => report.Storms is { Count: 0 }
        ? [["Storm", "none", ""]]
        : (report.Storms ?? []).Select(storm => new string?[]
            { "Storm", "on", $"{storm.Message}. {storm.Incidents} open incidents of {storm.Workloads} workloads under {storm.Policies} policies; the actions of {storm.Withheld} are withheld" });

    private static IEnumerable<string?[]> Policies(StatusReport report) => report.Policies is not { } policies ? []
        :
        [
            ["Policies", $"{policies.Count}", $"{policies.NotInForce.Count} not in force, {policies.Observing} in mode Observe{(policies.Rehearsing > 0 ? $", {policies.Rehearsing} in mode DryRun" : "")}"],
            .. policies.NotInForce.Select(one => new string?[] { "  policy", "not in force", $"{one.Namespace}/{one.Name}: {one.Message}" }),
            .. policies.Flapping.Select(one => new string?[] { "  signals", "flapping", $"{one.Namespace}/{one.Name}: {one.Message}" }),
        ];

    private static IEnumerable<string?[]> Incidents(StatusReport report) => report.OpenIncidents is not { } open ? []
        : [["Open incidents", $"{open.Count}", ""], .. open.Select(one => new string?[] { "  incident", one.Phase ?? "not taken up", $"{one.Namespace}/{one.Name}: {Origin(one)}{one.Message}" })];

    private static string Origin(OpenIncident incident) => incident.Origin is not { } origin ? ""
        : origin == incident.Name ? $"likely the origin of {incident.Related} more; "
        : $"likely from incident {origin}; ";

    private static IEnumerable<string?[]> Held(StatusReport report) =>
    [
        .. Unseen(report, "Held "), ["Held workloads", $"{report.HeldWorkloads.Count}", ""],
        .. report.HeldWorkloads.Select(one => new string?[] { "  workload", "held", $"{one.Kind} {one.Namespace}/{one.Name}: {one.Message}" }),
    ];
}
