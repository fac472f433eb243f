using ChronosOps.Kubernetes;
using ChronosOps.Operator.Cli;
using ChronosOps.Operator.Tests.Support;

namespace ChronosOps.Operator.Tests.Cli;

/// <summary>Runs the command line in this process and keeps what it prints.</summary>
internal sealed class CliRun
{
    public TextReader In { get; init; } = TextReader.Null;

    public StringWriter Out { get; } = new();

    public StringWriter Error { get; } = new();

    public Dictionary<string, string> Environment { get; } = [];

    public TimeProvider Time { get; init; } = new FakeTime();

    public Uri? ApiServer { get; init; }

    public RunOptions? Ran { get; private set; }

    public Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, (options, _) => Task.FromResult(Keep(options)), new CliHost
    {
        In = In,
        Out = Out,
        Error = Error,
        Environment = Environment.GetValueOrDefault,
        Time = Time,
        Colours = false,
        ErrorIsTerminal = false,
        Configure = (_, _) => new KubernetesClientConfiguration { Host = ApiServer?.ToString() ?? "http://127.0.0.1:1", Namespace = "shop" },
    });

    private int Keep(RunOptions options)
    {
        Ran = options;
        return 42;
    }
}
