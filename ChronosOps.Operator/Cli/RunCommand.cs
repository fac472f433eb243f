using System.CommandLine;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops run</c>: the operator.</summary>
internal static class RunCommand
{
    public static Command New(Func<RunOptions, CancellationToken, Task<int>> run, CliHost host)
    {
        var settings = new RunSettings();
        var common = new CommonOptions();
        var command = new Command("run", "Runs the operator until it is told to stop. Every setting can be given as a flag, as the variable in brackets, or in a file (--config); a flag wins over a variable, a variable over the file.");
        foreach (var option in settings.Options)
        {
            command.Options.Add(option);
        }

        common.AddConnection(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (options, errors) = settings.Read(parsed, host.Environment);
            if (options is null)
            {
                foreach (var error in errors)
                {
                    await host.Error.WriteLineAsync($"error: {error}");
                }

                await host.Error.WriteLineAsync("See: chronosops run --help");
                return ExitCodes.Usage;
            }

            return await run(options with { Kubeconfig = parsed.GetValue(common.Kubeconfig), Context = parsed.GetValue(common.Context) }, cancellationToken);
        });
        return command;
    }
}
