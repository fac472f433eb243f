using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary>The command line: one list of verbs.</summary>
public static class CommandLine
{
    /// <summary>How long the operator may take to end in order after SIGTERM.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(25);

    /// <summary>Reads the arguments and does what they say.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="run">The operator itself.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string[] args, Func<RunOptions, CancellationToken, Task<int>> run) => RunAsync(args, run, new CliHost());

    internal static async Task<int> RunAsync(string[] args, Func<RunOptions, CancellationToken, Task<int>> run, CliHost host)
    {
        var parsed = Root(run, host).Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not (HelpAction or null) and ParseErrorAction)
        {
            foreach (var message in Complaints(parsed))
            {
                await host.Error.WriteLineAsync($"error: {message}");
            }

            await host.Error.WriteLineAsync($"See: {PathOf(parsed)} --help");
            return ExitCodes.Usage;
        }

        return await InvokeAsync(parsed, host);
    }

    private static IEnumerable<string> Complaints(ParseResult parsed) => (parsed.CommandResult.Command, parsed.UnmatchedTokens) switch
    {
        (RootCommand, [var unknown, ..]) when !unknown.StartsWith('-') => [$"'{unknown}' is not a command"],
        (RootCommand root, []) when parsed.Tokens.Count == 0 => [$"give a command: {string.Join(", ", root.Subcommands.Select(command => command.Name))}"],
        _ => parsed.Errors.Select(error => error.Message),
    };

    private static RootCommand Root(Func<RunOptions, CancellationToken, Task<int>> run, CliHost host) => new(
        $"ChronosOps: notices when a workload breaks, finds out why, heals it within your limits, and proves it. {ExitCodes.Help}")
    {
        RunCommand.New(run, host),
        IncidentCommands.List(host),
        IncidentCommands.Show(host),
        IncidentCommands.Timeline(host),
        FollowCommand.New(host),
        PostmortemCommand.New(host),
        PolicyCommands.List(host),
        StatusCommand.New(host),
        HoldCommands.Hold(host),
        HoldCommands.Release(host),
        ConfigCommands.New(host),
        EmergencyStopCommands.Stop(host),
        EmergencyStopCommands.Resume(host),
        DetectCommand.New(host),
        BacktestCommand.New(host),
        CrdsCommand.New(host),
        RbacCommand.New(host),
        VersionCommand.New(host),
    };

    private static async Task<int> InvokeAsync(ParseResult parsed, CliHost host)
    {
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = host.Out,
                Error = host.Error,
                ProcessTerminationTimeout = Farewell,
            });
        }
        catch (CliException refused)
        {
            await host.Error.WriteLineAsync($"error: {refused.Message}");
            return refused.ExitCode;
        }
        catch (Exception failed) when (failed is KubernetesException or KubeConfigException or IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
        {
            await host.Error.WriteLineAsync($"error: {Terminal.Safe(Said(failed))}{Hint(failed)}");
            return ExitCodes.Error;
        }
        catch (OperationCanceledException)
        {
            await host.Error.WriteLineAsync("interrupted");
            return ExitCodes.Error;
        }
    }

    /// <summary>Without the parameter's name, which says something to programmers alone.</summary>
    private static string Said(Exception failed) =>
        failed is ArgumentException { ParamName: { Length: > 0 } name } ? failed.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : failed.Message;

    // An object that is missing is answered with a Status; a kind that is missing is not.
    private static string Hint(Exception failed) => failed is KubernetesException { IsNotFound: true, Status: null } missing && missing.Message.Contains(ApiGroup.Name, StringComparison.Ordinal)
        ? "\nThe server does not know this kind: ChronosOps is not installed there."
        : "";

    private static string PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
        {
            names.Push(command.Command is RootCommand ? "chronosops" : command.Command.Name);
        }

        return string.Join(' ', names);
    }
}
