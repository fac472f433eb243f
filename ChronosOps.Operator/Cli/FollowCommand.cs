using System.CommandLine;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops follow</c>.</summary>
internal static class FollowCommand
{
    public static Command New(CliHost host)
    {
        var common = new CommonOptions();
        var name = new Argument<string?>("NAME") { Description = "The incident. Without it the next one, or the one that is open.", Arity = ArgumentArity.ZeroOrOne };
        var workload = new Option<string?>("--workload", "-w") { Description = "Only incidents of this workload.", HelpName = "NAME" };
        var timeout = new Option<string>("--timeout") { Description = "After how long to give up.", DefaultValueFactory = _ => "240s", HelpName = "DURATION" };
        var dismissed = new Option<bool>("--allow-dismissed") { Description = "Exit 0 also when the incident was dismissed: it recovered by itself, or was a false alarm." };
        var mitigated = new Option<bool>("--until-mitigated") { Description = "Do not wait for the end of the recurrence watch: exit 0 as soon as it was measured that the action helped." };
        var command = new Command(
            "follow",
            "Waits for an incident and tells its story as it happens: signals, evidence, causes, decision with each gate, action, every check. Exits 0 when it is resolved, 3 when it is escalated, failed or dismissed, 4 when time runs out.")
        {
            name, workload, timeout, dismissed, mitigated, common.Namespace, common.AllNamespaces, common.Output,
        };
        common.AddConnection(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!Quantities.TryParseDuration(parsed.GetValue(timeout), out var patience) || patience <= TimeSpan.Zero)
            {
                throw new CliException($"--timeout: '{parsed.GetValue(timeout)}' is not a duration such as 240s", ExitCodes.Usage);
            }

            var (client, ns) = common.Connect(host, parsed);
            using (client)
            {
                var follower = new IncidentFollower(client, host)
                {
                    Namespace = ns,
                    Name = parsed.GetValue(name),
                    Workload = parsed.GetValue(workload),
                    Timeout = patience,
                    AllowDismissed = parsed.GetValue(dismissed),
                    UntilMitigated = parsed.GetValue(mitigated),
                    Json = common.IsJson(parsed),
                };
                return await follower.RunAsync(cancellationToken);
            }
        });
        return command;
    }
}
