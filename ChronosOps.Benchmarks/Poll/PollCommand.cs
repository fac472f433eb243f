using System.CommandLine;
using System.Globalization;

namespace ChronosOps.Benchmarks.Poll;

/// <summary><c>bench poll</c>: what evaluating many workloads takes, one line of a table for each number of them. Each is measured in a process of its own, and the Prometheus that it asks is another.</summary>
internal static class PollCommand
{
    private static readonly Option<int> Namespaces = new("--namespaces") { Description = "Over how many namespaces they are spread.", DefaultValueFactory = _ => 20 };
    private static readonly Option<int> Pods = new("--pods") { Description = "Pods of each.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Ticks = new("--ticks") { Description = "How many evaluations are measured.", DefaultValueFactory = _ => 10 };
    private static readonly Option<bool> Plain = new("--plain") { Description = "The answers of Prometheus are not compressed." };

    public static IEnumerable<Command> New()
    {
        var sizes = new Option<string>("--workloads") { Description = "How many workloads, separated by commas.", DefaultValueFactory = _ => "100,1000,10000" };
        var poll = new Command("poll", "Measures the evaluation of many workloads, five signals each, every 15 s.") { sizes, Namespaces, Pods, Ticks, Plain };
        poll.SetAction(async (parsed, ct) =>
        {
            Console.WriteLine("| workloads | queries a tick | JSON, MiB | sent, MiB | processor, s a tick | of a core at 15 s | resident before, MiB | while evaluating | peak | wall, s a tick | Prometheus' processor, s |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
            foreach (var size in parsed.GetRequiredValue(sizes).Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
            {
                await MeasureAsync(size, parsed, ct);
            }

            return 0;
        });
        var (port, url, workloads) = (new Option<int>("--port"), new Option<string>("--url"), new Option<int>("--workloads"));
        var serve = new Command("poll-serve", "The Prometheus of poll.") { port, workloads, Namespaces, Pods, Plain };
        serve.Hidden = true;
        serve.SetAction((parsed, _) => PollServer.RunAsync(parsed.GetValue(port), parsed.GetValue(workloads), parsed.GetValue(Namespaces), parsed.GetValue(Pods), !parsed.GetValue(Plain)));
        var round = new Command("poll-round", "The evaluating side of poll.") { url, workloads, Namespaces, Pods, Ticks };
        round.Hidden = true;
        round.SetAction((parsed, ct) =>
            PollRound.RunAsync(new Uri(parsed.GetRequiredValue(url)), parsed.GetValue(workloads), parsed.GetValue(Namespaces), parsed.GetValue(Pods), parsed.GetValue(Ticks), ct));
        return [poll, serve, round];
    }

    private static async Task MeasureAsync(int size, ParseResult parsed, CancellationToken ct)
    {
        var (port, world) = (OwnProcess.FreePort(), new[] { "--workloads", $"{size}", "--namespaces", $"{parsed.GetValue(Namespaces)}", "--pods", $"{parsed.GetValue(Pods)}" });
        using var server = OwnProcess.Start(["poll-serve", "--port", $"{port}", .. world, .. parsed.GetValue(Plain) ? new[] { "--plain" } : []], isServer: true);
        await server.StandardOutput.ReadLineAsync(ct);
        using var round = OwnProcess.Start(["poll-round", "--url", $"http://127.0.0.1:{port}/", .. world, "--ticks", $"{parsed.GetValue(Ticks)}"]);
        await round.WaitForExitAsync(ct);
        server.StandardInput.Close();
        await server.WaitForExitAsync(ct);
        if (round.ExitCode != 0)
        {
            throw new InvalidOperationException($"the evaluating process ended with {round.ExitCode}");
        }
    }
}
