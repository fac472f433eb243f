using System.CommandLine;

namespace ChronosOps.Operator.Cli;

/// <summary>Where the emergency stop of the installation is.</summary>
internal sealed class ControlOptions
{
    private readonly Option<string> _namespace =
        new("--control-namespace") { Description = "The namespace of the installation.", DefaultValueFactory = _ => RunSettings.DefaultControlNamespace, HelpName = "NS" };

    private readonly Option<string> _name =
        new("--control-configmap") { Description = "The ConfigMap with the emergency stop.", DefaultValueFactory = _ => RunSettings.DefaultControlConfigMap, HelpName = "NAME" };

    public void AddTo(Command command)
    {
        command.Options.Add(_namespace);
        command.Options.Add(_name);
    }

    public string Namespace(ParseResult parsed) => parsed.GetRequiredValue(_namespace);

    public string Name(ParseResult parsed) => parsed.GetRequiredValue(_name);
}
