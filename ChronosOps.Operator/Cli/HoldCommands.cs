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
        var until = new Option<string?>("--for") { Description = "Snoozes it: how long, e.g. 2h, after which it ends by itself. Without it until it is released.", HelpName = "DURATION" };
        var reason = new Option<string?>("--reason") { Description = "Why, and who; incidents of the workload show it.", HelpName = "TEXT" };
        var replace = new Option<bool>("--replace") { Description = "Takes the place of the hold that there is. Without it such a workload is left as it is: somebody may rely on that hold." };
        return New(host, "hold", "Holds a workload: it is watched and diagnosed, and nothing is done to it.", [until, reason, replace], async (client, key, parsed, cancellationToken) =>
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

            var (_, before) = await ReadAsync(client, key, host.Time.GetUtcNow(), cancellationToken);
            if (before is { IsHeld: true } && !parsed.GetValue(replace))
            {
                throw new CliException($"{key} is held already: {before.Message}. It stays so; --replace puts your hold in its place");
            }

            await AnnotateAsync(client, key, value, parsed.GetValue(reason), cancellationToken);
            var said = value == "true" ? "is held until it is released" : $"is held until {value}";
            return before is { IsHeld: true } ? $"{key} {said}. Replaced: {before.Message}." : $"{key} {said}.";
        });
    }

    public static Command Release(CliHost host) =>
        New(host, "release", "Ends a hold: what its policy allows is done again.", [], async (client, key, _, cancellationToken) =>
        {
            var (seen, before) = await ReadAsync(client, key, host.Time.GetUtcNow(), cancellationToken);
            if (seen && before is null)
            {
                return $"{key} was not held; nothing is changed.";
            }

            await AnnotateAsync(client, key, null, null, cancellationToken);
            return before is { IsHeld: false } ? $"{key} was not held any more: {before.Message}." : $"{key} is not held any more.{(seen ? "" : " (You may not see whether it was.)")}";
        });

    private static Command New(
        CliHost host, string verb, string description, Option[] options, Func<KubernetesClient, WorkloadKey, ParseResult, CancellationToken, Task<string>> change)
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
            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                var key = await KeyAsync(client, ns!, parsed.GetRequiredValue(workload), cancellationToken);
                await host.Out.WriteLineAsync(await change(client, key, parsed, cancellationToken));
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

    /// <summary>The hold that there is or was; and whether that may be seen.</summary>
    private static async Task<(bool Seen, Hold? Hold)> ReadAsync(KubernetesClient client, WorkloadKey workload, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var metadata = (await client.ReadMetadataAsync(workload.Path, cancellationToken))?["metadata"]?["annotations"] as JsonObject;
            return (true, Api.Hold.Of((metadata ?? []).ToDictionary(annotation => annotation.Key, annotation => annotation.Value?.ToString() ?? ""), now));
        }
        catch (KubernetesException missing) when (missing.IsNotFound)
        {
            throw NotThere(workload);
        }
        catch (KubernetesException unseen) when (unseen.IsForbidden)
        {
            return (false, null);
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
            throw NotThere(workload);
        }
    }

    private static CliException NotThere(WorkloadKey workload) => new($"there is no {workload.Kind} {workload.Name} in namespace {workload.Namespace}");
}
