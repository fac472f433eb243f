using System.CommandLine;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Crds;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops crds</c>: the CustomResourceDefinitions, made from the C# types.</summary>
internal static class CrdsCommand
{
    private const string Header = "# Generated from the C# types by `chronosops crds`. Do not edit.\n";

    public static Command New(CliHost host)
    {
        var folder = new Option<string?>("--output-dir") { Description = "Write one file for each kind into this folder instead of printing.", HelpName = "DIR" };
        var cel = new Option<bool>("--cel") { Description = "With validation rules in CEL, for Kubernetes 1.25 and newer. Older servers refuse or ignore them." };
        var command = new Command("crds", "Prints the CustomResourceDefinitions.") { folder, cel };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var definitions = Definitions(parsed.GetValue(cel));
            if (parsed.GetValue(folder) is not { Length: > 0 } target)
            {
                await host.Out.WriteAsync(string.Join("---\n", definitions.Select(d => d.Yaml)));
                return ExitCodes.Ok;
            }

            Directory.CreateDirectory(target);
            foreach (var (name, yaml) in definitions)
            {
                await File.WriteAllTextAsync(Path.Combine(target, name + ".yaml"), yaml, cancellationToken);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static List<(string Name, string Yaml)> Definitions(bool cel)
    {
        var options = new CrdOptions { CelRules = cel, Documentation = [.. Documentation()] };
        return
        [
            Definition(CrdGenerator.Generate(ChronosJson.Default.RemediationPolicy, options)),
            Definition(CrdGenerator.Generate(ChronosJson.Default.Incident, options)),
        ];
    }

    private static (string Name, string Yaml) Definition(JsonObject definition) => (definition["metadata"]!["name"]!.GetValue<string>(), Header + YamlWriter.Write(definition));

    // The descriptions are the compiler's documentation files beside the program.
    private static IEnumerable<XDocument> Documentation()
    {
        foreach (var name in new[] { "chronosops.xml", "ChronosOps.Kubernetes.xml" })
        {
            var file = Path.Combine(AppContext.BaseDirectory, name);
            yield return File.Exists(file)
                ? XDocument.Load(file)
                : throw new CliException($"{file} is missing: without it the definitions would have no descriptions");
        }
    }
}
