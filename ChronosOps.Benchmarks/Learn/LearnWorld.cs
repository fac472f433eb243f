using System.Globalization;
using ChronosOps.Benchmarks.Poll;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Benchmarks.Learn;

/// <summary>Deployments of one pod each, and what Prometheus saw of them in the days that a baseline reads, once a minute: more by day than at night.</summary>
/// <param name="Workloads">How many.</param>
/// <param name="Namespaces">Over how many namespaces they are spread.</param>
/// <param name="Durations">Whether durations are learnt, instead of the share of errors.</param>
internal sealed record LearnWorld(int Workloads, int Namespaces, bool Durations)
{
    /// <summary>The distance of the samples, and of what is learnt.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    /// <summary>The last sample, a whole multiple of the step.</summary>
    public static readonly DateTimeOffset End = new(PollWorld.Epoch.Ticks - (PollWorld.Epoch.Ticks % Step.Ticks), TimeSpan.Zero);

    /// <summary>How far back a baseline reads.</summary>
    public static readonly TimeSpan Depth = LearntSignal.DepthOfBaselines;

    private const double Day = 86400;
    private static readonly long Last = End.ToUnixTimeSeconds();
    private static readonly long First = Last - (long)Depth.TotalSeconds;

    /// <summary>The workloads with the policies; what is usual is learnt of two signals each.</summary>
    public IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> Watched() => PollWorld.Watched(Workloads, Namespaces, 1,
    [
        new() { Name = "requests", Preset = Durations ? SignalPreset.HttpLatencyP95 : SignalPreset.HttpErrorRatio, Threshold = Durations ? "500ms" : "90%", Baseline = new() },
        new() { Name = "memory", Preset = SignalPreset.MemorySaturation, Threshold = "90%", Baseline = new() },
    ]);

    /// <summary>Those days in parts, from whole multiples of a length to the next, in seconds since 1970.</summary>
    public static IEnumerable<(long From, long Until)> Parts(TimeSpan length)
    {
        var seconds = (long)length.TotalSeconds;
        for (var from = First / seconds * seconds; from <= Last; from += seconds)
        {
            yield return (Math.Max(from, First), Math.Min(from + seconds - 1, Last));
        }
    }

    /// <summary>Writes a part in OpenMetrics' text format, series by series.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="from">The time from which on, a whole minute.</param>
    /// <param name="until">The last time.</param>
    public void Write(TextWriter output, long from, long until)
    {
        foreach (var workload in Enumerable.Range(0, Workloads))
        {
            var labels = $"namespace=\"{PollWorld.Namespace(workload % Namespaces)}\",pod=\"{PollWorld.Pod(workload, 0)}\"";
            if (Durations)
            {
                foreach (var (k, bound) in PollWorld.Bounds.Index())
                {
                    Series($"http_request_duration_seconds_bucket{{{labels},le=\"{bound}\"}}", time => Math.Floor(Requests(workload, time - First) * Math.Min(1, (k + 1) / 6.0)));
                }
            }

            Series($"http_requests_total{{{labels},code=\"200\"}}", time => Requests(workload, time - First));
            Series($"http_requests_total{{{labels},code=\"500\"}}", time => Math.Floor(Requests(workload, time - First) / 100));
            var container = $"{{{labels},container=\"app\"}}";
            Series($"container_memory_working_set_bytes{container}", time => 2e8 + Math.Floor(5e7 * Math.Sin(time / Day * 2 * Math.PI)) + (((workload * 31) + (time / 60 * 7919)) % 4001 * 4096));
            Series($"container_spec_memory_limit_bytes{container}", _ => 1 << 29);
        }

        output.Write("# EOF\n");

        void Series(string name, Func<long, double> value)
        {
            for (var time = from; time <= until; time += 60)
            {
                output.Write(name);
                output.Write(' ');
                output.Write(value(time).ToString(CultureInfo.InvariantCulture));
                output.Write(' ');
                output.Write(time);
                output.Write('\n');
            }
        }
    }

    /// <summary>How many there were since the beginning.</summary>
    private static double Requests(int workload, long seconds)
    {
        var rate = 5 + (workload % 7);
        return Math.Floor(rate * (seconds - (Day / 4 / Math.PI * Math.Sin(seconds / Day * 2 * Math.PI))));
    }
}
