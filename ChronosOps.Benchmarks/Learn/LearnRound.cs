using System.Diagnostics;
using System.Globalization;
using System.Net;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Benchmarks.Learn;

/// <summary><c>bench learn-round</c>: learns from nothing what is usual for all workloads, as the operator does after its start, and prints what that took.</summary>
internal static class LearnRound
{
    public static async Task<int> RunAsync(Uri url, int pid, LearnWorld world, CancellationToken ct)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.GZip }) { Timeout = Timeout.InfiniteTimeSpan };
        var counted = new CountedSource(new PrometheusSeriesSource(http, new PrometheusOptions { Url = url, Timeout = TimeSpan.FromMinutes(2) }, TimeProvider.System));
        var (board, watched) = (new LearntBoard(LearnWorld.Step), world.Watched());
        var learner = new Learner(counted, board);
        using var prometheus = Process.GetProcessById(pid);
        GC.Collect();
        var (before, sent) = (OwnProcess.Memory("VmRSS"), await SentAsync(http, url, ct));
        var (served, used, started) = (prometheus.TotalProcessorTime, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        for (var isBehind = true; isBehind;)
        {
            var round = await learner.LearnAsync(watched, LearnWorld.End, ct);
            isBehind = round.Failures.Count == 0 ? round.IsBehind : throw round.Failures[0];
        }

        var (elapsed, processor) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - used);
        prometheus.Refresh();
        (served, sent) = (prometheus.TotalProcessorTime - served, await SentAsync(http, url, ct) - sent);
        Check(board, watched);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {world.Workloads:N0} | {world.Namespaces} | {elapsed.TotalSeconds:0.0} | {processor.TotalSeconds:0.0} | {served.TotalSeconds:0.0} | {counted.Queries} | {counted.Longest.TotalSeconds:0.00} | {counted.Points / 1e6:0.0} | {sent / 1048576:0.0} | {before >> 10} | {OwnProcess.Memory("VmHWM") >> 10} | {prometheus.PeakWorkingSet64 >> 20} |"));
        return 0;
    }

    /// <summary>A figure is worth nothing where the work was not done: of each signal of each workload all samples but the first, at which counters begin, must have been learnt.</summary>
    private static void Check(LearntBoard board, IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched)
    {
        var samples = (long)(LearnWorld.Depth / LearnWorld.Step);
        foreach (var (workload, policy) in watched)
        {
            foreach (var signal in policy.Signals)
            {
                if (board.Find(workload.Key, signal)?.Baseline is not { Expected.Samples: var learnt } || learnt != samples)
                {
                    throw new InvalidOperationException($"{workload.Key} {signal.Name}: not all of {samples} samples: {board.Find(workload.Key, signal)?.Baseline?.Message} {board.Find(workload.Key, signal)?.Baseline?.Expected?.Samples}");
                }
            }
        }
    }

    /// <summary>How many bytes of answers Prometheus has sent, by its own count.</summary>
    private static async Task<double> SentAsync(HttpClient http, Uri url, CancellationToken ct) =>
        (await http.GetStringAsync(new Uri(url, "metrics"), ct)).Split('\n').Where(line => line.StartsWith("prometheus_http_response_size_bytes_sum{handler=\"/api/v1/query_range\"}", StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
}
