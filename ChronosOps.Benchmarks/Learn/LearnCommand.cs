using System.CommandLine;
using System.Globalization;

namespace ChronosOps.Benchmarks.Learn;

/// <summary><c>bench learn</c>: how long it takes to learn what is usual from the days that a real Prometheus holds, one line of a table for each number of workloads. The learner is a process of its own.</summary>
internal static class LearnCommand
{
    private static readonly Option<int> Namespaces = new("--namespaces") { Description = "Over how many namespaces they are spread.", DefaultValueFactory = _ => 20 };
    private static readonly Option<bool> Durations = new("--durations") { Description = "Durations, of a histogram of 12 buckets, instead of the share of errors." };

    public static IEnumerable<Command> New()
    {
        var sizes = new Option<string>("--workloads") { Description = "How many workloads, separated by commas.", DefaultValueFactory = _ => "10,100,500" };
        var learn = new Command("learn", "Measures learning what is usual, two signals each, from fifteen days in a Prometheus; needs prometheus and promtool in PATH.") { sizes, Namespaces, Durations };
        learn.SetAction(async (parsed, ct) =>
        {
            Console.WriteLine("| workloads | namespaces | wall, s | processor of the learner, s | of Prometheus, s | queries | longest query, s | values read, million | sent, MiB | resident before, MiB | peak | peak of Prometheus |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
            foreach (var size in parsed.GetRequiredValue(sizes).Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
            {
                var world = new LearnWorld(size, Math.Min(size, parsed.GetValue(Namespaces)), parsed.GetValue(Durations));
                using var prometheus = await PastPrometheus.StartAsync(world, ct);
                using var round = OwnProcess.Start(
                    ["learn-round", "--url", $"{prometheus.Url}", "--pid", $"{prometheus.Pid}", "--workloads", $"{world.Workloads}", "--namespaces", $"{world.Namespaces}", .. world.Durations ? new[] { "--durations" } : []]);
                await round.WaitForExitAsync(ct);
                if (round.ExitCode != 0)
                {
                    throw new InvalidOperationException($"the learning process ended with {round.ExitCode}");
                }
            }

            return 0;
        });
        var (url, pid, workloads) = (new Option<string>("--url"), new Option<int>("--pid"), new Option<int>("--workloads"));
        var round = new Command("learn-round", "The learning side of learn.") { url, pid, workloads, Namespaces, Durations };
        round.Hidden = true;
        round.SetAction((parsed, ct) => LearnRound.RunAsync(
            new Uri(parsed.GetRequiredValue(url)), parsed.GetValue(pid), new LearnWorld(parsed.GetValue(workloads), parsed.GetValue(Namespaces), parsed.GetValue(Durations)), ct));
        return [learn, round];
    }
}
