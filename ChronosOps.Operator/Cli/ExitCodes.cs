namespace ChronosOps.Operator.Cli;

/// <summary>What the command line tells a script.</summary>
public static class ExitCodes
{
    public const int Ok = 0;
    public const int Error = 1;
    public const int Usage = 2;
    public const int NotResolved = 3;
    public const int TimedOut = 4;

    /// <summary>For --help.</summary>
    public const string Help =
        "Exit codes: 0 done; 1 it failed; 2 the command line is wrong; 3 the incident was not resolved (follow); 4 time ran out (follow).";
}

/// <summary>A command cannot do what it was asked to; the message is for the user.</summary>
internal sealed class CliException(string message, int exitCode = ExitCodes.Error) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
