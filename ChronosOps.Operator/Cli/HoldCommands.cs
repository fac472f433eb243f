using System.CommandLine;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops hold</c> and <c>release</c>: a person takes a workload over, and gives it back.</summary>
internal static class HoldCommands
{
    private const string Forms = "deployment/NAME, statefulset/NAME, daemonset/NAME or incident/NAME";

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
        var workload = new Argument<string>("WORKLOAD") { Description = "The workload: NAME or deployment/NAME, statefulset/NAME or daemonset/NAME; or incident/NAME, for the workload of that incident." };
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
                var key = await KeyAsync(client, ns!, parsed.GetRequiredValue(workload), cancellationToken);
                var before = await HoldAsync(client, key, host.Time.GetUtcNow(), cancellationToken);
                await AnnotateAsync(client, key, value, reason, cancellationToken);
                await host.Out.WriteLineAsync((value, before) switch
                {
                    (null, null or { IsHeld: false }) => $"{key} was not held.",
                    (not null, { IsHeld: true }) => $"{key} {said}. Before that: {before.Message}.",
                    _ => $"{key} {said}.",
                });
                return ExitCodes.Ok;
            }
        });
        return command;
    }

    private static async Task<WorkloadKey> KeyAsync(KubernetesClient client, string ns, string given, CancellationToken cancellationToken)
    {
        if (given.Split('/') is not { Length: <= 2 } parts || parts.Any(part => part.Length == 0))
        {
            throw new CliException($"'{given}' is not NAME, {Forms}", ExitCodes.Usage);
        }

        switch (parts)
        {
            case [var plain]:
                return new WorkloadKey(WorkloadKind.Deployment, ns, plain);
            case [var word, var name] when WorkloadKinds.Parse(word) is { } kind:
                return new WorkloadKey(kind, ns, name);
            case [var word, var id] when IncidentCommands.IsIncident(word):
                var reference = (await IncidentCommands.ReadAsync(client, ns, id, cancellationToken)).Spec.WorkloadRef;
                return new WorkloadKey(reference.Kind, ns, reference.Name);
            default:
                throw new CliException($"'{parts[0]}' is not a kind that can be held; use {Forms}", ExitCodes.Usage);
        }
    }

    /// <summary>The hold that there is, so that one of somebody else does not go unnoticed; null where there is none, or it may not be read.</summary>
    private static async Task<Hold?> HoldAsync(KubernetesClient client, WorkloadKey workload, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var metadata = (await client.ReadMetadataAsync(workload.Path, cancellationToken))?["metadata"]?["annotations"] as JsonObject;
            return Api.Hold.Of((metadata ?? []).ToDictionary(annotation => annotation.Key, annotation => annotation.Value?.ToString() ?? ""), now);
        }
        catch (KubernetesException unseen) when (unseen.IsForbidden || unseen.IsNotFound)
        {
            return null;
        }
    }

    private static async Task AnnotateAsync(KubernetesClient client, WorkloadKey workload, string? value, string? reason, CancellationToken cancellationToken)
    {
        var annotations = new JsonObject { [ApiGroup.HoldAnnotation] = value, [ApiGroup.HoldReasonAnnotation] = reason };
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        try
        {
            await client.SendAsync(HttpMethod.Patch, $"{workload.Path}?fieldManager={ApiGroup.CommandLineManager}", patch, "application/merge-patch+json", cancellationToken);
        }
        catch (KubernetesException missing) when (missing.IsNotFound)
        {
            throw new CliException($"there is no {workload.Kind} {workload.Name} in namespace {workload.Namespace}");
        }
    }
}
