using ChronosOps.Kubernetes;

namespace ChronosOps.Operator.Cli;

/// <summary>What the commands know of the world. Tests give them another one.</summary>
internal sealed class CliHost
{
    public TextReader In { get; init; } = Console.In;

    public TextWriter Out { get; init; } = Console.Out;

    public TextWriter Error { get; init; } = Console.Error;

    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether the output may be coloured: only for people.</summary>
    public bool Colours { get; init; } = !Console.IsOutputRedirected && string.IsNullOrEmpty(System.Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Whether a person watches the error output: then progress is shown in place.</summary>
    public bool ErrorIsTerminal { get; init; } = !Console.IsErrorRedirected;

    /// <summary>Finds the API server from --kubeconfig and --context.</summary>
    public Func<string?, string?, KubernetesClientConfiguration> Configure { get; init; } = (kubeconfig, context) =>
        kubeconfig is null && context is null
            ? KubernetesClientConfiguration.BuildDefaultConfig()
            : KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig, context);
}
