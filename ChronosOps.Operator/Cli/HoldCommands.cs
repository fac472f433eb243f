using System.CommandLine;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops hold</c> and <c>release</c>: a person takes a workload over, and gives it back.</summary>
internal static class HoldCommands
{
    public static Command Hold(CliHost host)
    {
        var until = new Option<string?>("--for") { Description = "How long, e.g. 2h. Without it until it is released.", HelpName = "DURATION" };
        var reason = new Option<string?>("--reason") { Description = "Why; incidents of the workload show it.", HelpName = "TEXT" };
        return New(host, "hold", "Holds a workload: it is watched and diagnosed, and nothing is done to it.", [until, reason], parsed =>
        {
            var value = "true";
            if (parsed.GetValue(until) is { } text)
            {
                if (!Quantities.TryParseDuration(text, out var duration) || duration < TimeSpan.FromSeconds(1))
                {
                    throw new CliException($"--for: '{text}' is not a duration such as 2h or 1h30m (units s, m, h), from 1s to 720h", ExitCodes.Usage);
                }

                value = Api.Hold.Until(host.Time.GetUtcNow() + duration);
            }

            return (value, parsed.GetValue(reason), value == "true" ? "is held until it is released" : $"is held until {value}");
        });
    }

    public static Command Release(CliHost host) =>
        New(host, "release", "Ends a hold: what its policy allows is done again.", [], _ => (null, null, "is not held any more"));

    private static Command New(CliHost host, string verb, string description, Option[] options, Func<ParseResult, (string? Value, string? Reason, string Said)> read)
    {
        var common = new CommonOptions();
        var workload = new Argument<string>("WORKLOAD") { Description = "The Deployment: NAME or deployment/NAME; or incident/NAME, for the workload of that incident." };
        var command = new Command(verb, description) { workload, common.Namespace };
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        common.AddConnection(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (value, reason, said) = read(parsed);
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                var name = await NameAsync(client, ns!, parsed.GetRequiredValue(workload), cancellationToken);
                await AnnotateAsync(client, ns!, name, value, reason, cancellationToken);
                await host.Out.WriteLineAsync($"Deployment {ns}/{name} {said}.");
                return ExitCodes.Ok;
            }
        });
        return command;
    }

    private static async Task<string> NameAsync(KubernetesClient client, string ns, string given, CancellationToken cancellationToken)
    {
        if (given.Split('/') is not { Length: <= 2 } parts || parts.Any(part => part.Length == 0))
        {
            throw new CliException($"'{given}' is not NAME, deployment/NAME or incident/NAME", ExitCodes.Usage);
        }

        switch (parts)
        {
            case [var plain]:
                return plain;
            case ["deployment" or "deployments" or "deployment.apps" or "deploy", var deployment]:
                return deployment;
            case ["incident" or "incidents" or "inc" or "incident.chronosops.io", var id]:
                return (await IncidentCommands.ReadAsync(client, ns, id, cancellationToken)).Spec.WorkloadRef.Name;
            default:
                throw new CliException($"'{parts[0]}' is not a kind that can be held; use deployment/NAME or incident/NAME", ExitCodes.Usage);
        }
    }

    private static async Task AnnotateAsync(KubernetesClient client, string ns, string name, string? value, string? reason, CancellationToken cancellationToken)
    {
        var annotations = new JsonObject { [ApiGroup.HoldAnnotation] = value, [ApiGroup.HoldReasonAnnotation] = reason };
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        try
        {
            await client.For(KubernetesResources.Deployments).PatchNamespacedAsync(
                new V1Patch(patch, V1Patch.PatchType.MergePatch), ns, name, new WriteOptions { FieldManager = ApiGroup.CommandLineManager }, cancellationToken);
        }
        catch (KubernetesException missing) when (missing.IsNotFound)
        {
            throw new CliException($"there is no Deployment {name} in namespace {ns}");
        }
    }
}
