using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Telemetry;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops version</c>.</summary>
internal static class VersionCommand
{
    public static Command New(CliHost host)
    {
        var common = new CommonOptions();
        var command = new Command("version", "Prints the version.") { common.Output };
        command.SetAction(async (parsed, _) =>
        {
            var runtime = RuntimeInformation.FrameworkDescription;
            await host.Out.WriteLineAsync(common.IsJson(parsed)
                ? new JsonObject { ["version"] = ProcessMetrics.Version, ["runtime"] = runtime }.ToJsonString()
                : $"chronosops {ProcessMetrics.Version} ({runtime})");
            return ExitCodes.Ok;
        });
        return command;
    }
}
