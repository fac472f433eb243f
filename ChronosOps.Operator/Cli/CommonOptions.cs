using System.CommandLine;
using System.CommandLine.Parsing;
using ChronosOps.Kubernetes;

namespace ChronosOps.Operator.Cli;

/// <summary>Options that several commands share. Each command gets its own set, so that its help shows what it takes.</summary>
internal sealed class CommonOptions
{
    public Option<string?> Kubeconfig { get; } = new("--kubeconfig") { Description = "The kubeconfig file. Default: KUBECONFIG, ~/.kube/config, or the pod's service account.", HelpName = "FILE" };

    public Option<string?> Context { get; } = new("--context") { Description = "The context of the kubeconfig.", HelpName = "NAME" };

    public Option<string?> Namespace { get; } = new("--namespace", "-n") { Description = "The namespace. Default: that of the context, or default.", HelpName = "NS" };

    public Option<bool> AllNamespaces { get; } = new("--all-namespaces", "-A") { Description = "All namespaces." };

    public Option<string> Output { get; } = NewOutput();

    /// <summary>How to reach the API server.</summary>
    public CommonOptions AddConnection(Command command)
    {
        command.Options.Add(Kubeconfig);
        command.Options.Add(Context);
        return this;
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(Output) == "json";

    /// <summary>Connects, and says which namespace is meant; null: all.</summary>
    public (KubernetesClient Client, string? Namespace) Connect(CliHost host, ParseResult parsed)
    {
        var configuration = host.Configure(parsed.GetValue(Kubeconfig), parsed.GetValue(Context));
        var all = parsed.GetResult(AllNamespaces) is not null && parsed.GetValue(AllNamespaces);
        var named = parsed.GetResult(Namespace) is null ? null : parsed.GetValue(Namespace);
        if (all && !string.IsNullOrEmpty(named))
        {
            throw new CliException("--all-namespaces and --namespace exclude each other", ExitCodes.Usage);
        }

        var ns = FirstOf(named, configuration.Namespace, "default");
        return (new KubernetesClient(configuration, host.Time), all ? null : ns);
    }

    private static string FirstOf(params string?[] candidates) => candidates.First(candidate => !string.IsNullOrEmpty(candidate))!;

    private static Option<string> NewOutput()
    {
        var output = new Option<string>("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text", HelpName = "FORMAT" };
        output.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value is not ("text" or "json"))
            {
                result.AddError($"--output: '{token.Value}' is neither text nor json");
            }
        });
        return output;
    }
}
