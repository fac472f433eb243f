using System.Diagnostics;
using System.Globalization;
using System.Net;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;

namespace ChronosOps.Benchmarks.Poll;

/// <summary><c>bench poll-round</c>: evaluates all workloads tick after tick as the operator does, and prints what that took.</summary>
internal static class PollRound
{
    private const int WarmUp = 3;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    public static async Task<int> RunAsync(Uri url, int workloads, int namespaces, int pods, int ticks, CancellationToken ct)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.GZip }) { Timeout = Timeout.InfiniteTimeSpan };
        var source = new PrometheusSeriesSource(http, new PrometheusOptions { Url = url, Timeout = TimeSpan.FromMinutes(2) }, TimeProvider.System);
        var (evaluation, board, watched) = (new Evaluation(source, Interval), new SignalBoard(), PollWorld.Watched(workloads, namespaces, pods, PollWorld.Limits));
        GC.Collect();
        var (before, resting) = (OwnProcess.Memory("VmRSS"), await StatsAsync(http, url, ct));
        var (processor, elapsed, after, resident) = (TimeSpan.Zero, TimeSpan.Zero, resting, 0L);
        for (var tick = 0; tick < WarmUp + ticks; tick++)
        {
            var (used, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            var readings = await evaluation.RunAsync(watched, PollWorld.Epoch + (tick * Interval), ct);
            board.Publish(readings);
            Check(readings, workloads);
            (resting, processor, elapsed) = tick < WarmUp
                ? (await StatsAsync(http, url, ct), TimeSpan.Zero, TimeSpan.Zero)
                : (resting, processor + Environment.CpuUsage.TotalTime - used, elapsed + Stopwatch.GetElapsedTime(started));
            resident = Math.Max(resident, OwnProcess.Memory("VmRSS"));
        }

        after = await StatsAsync(http, url, ct);
        var share = processor / (ticks * Interval);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {workloads:N0} | {(after[0] - resting[0]) / (double)ticks:0.#} | {(after[1] - resting[1]) / ticks / 1048576.0:0.0} | {(after[2] - resting[2]) / ticks / 1048576.0:0.0} | {processor.TotalSeconds / ticks:0.000} | {share * 100:0.0} % | {before >> 10} | {resident >> 10} | {OwnProcess.Memory("VmHWM") >> 10} | {elapsed.TotalSeconds / ticks:0.0} | {(after[3] - resting[3]) / 1000.0 / ticks:0.00} |"));
        return 0;
    }

    /// <summary>A figure is worth nothing where the work was not done: every signal of every workload must have been measured and found well.</summary>
    private static void Check(IReadOnlyList<WorkloadReading> readings, int workloads)
    {
        var signals = readings.SelectMany(reading => reading.Signals).Where(signal => !signal.IsKubernetesSign).ToList();
        var wrong = signals.FirstOrDefault(signal => signal.State != SignalState.Healthy);
        if (readings.Count != workloads || signals.Count != workloads * 5 || wrong is not null)
        {
            throw new InvalidOperationException($"{readings.Count} readings with {signals.Count} signals; not healthy: {wrong?.Signal} {wrong?.Message}");
        }
    }

    private static async Task<long[]> StatsAsync(HttpClient http, Uri url, CancellationToken ct) =>
        [.. (await http.GetStringAsync(new Uri(url, "stats"), ct)).Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
}
