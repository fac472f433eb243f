using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;

namespace ChronosOps.Operator.Telemetry;

/// <summary>The process itself: its version, age, processor time, memory and garbage collections.</summary>
internal static class ProcessMetrics
{
    private static readonly DateTimeOffset Started = StartTime();

    public static string Version { get; } =
        typeof(ProcessMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static void Register(Meter meter, Func<string, string> name)
    {
        meter.CreateObservableGauge(name("build_info"), () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", Version)), null, "1, with the version as a label.");
        meter.CreateObservableGauge(name("process_start_time_seconds"), () => Started.ToUnixTimeMilliseconds() / 1000.0, null, "When the process started, in seconds since 1970.");
        meter.CreateObservableCounter(name("process_cpu_seconds_total"), () => Environment.CpuUsage.TotalTime.TotalSeconds, null, "Processor time used.");
        meter.CreateObservableGauge(name("process_resident_memory_bytes"), () => Environment.WorkingSet, null, "Resident memory.");
        meter.CreateObservableGauge(name("gc_heap_bytes"), () => GC.GetTotalMemory(false), null, "Memory of the managed heap.");
        meter.CreateObservableCounter(name("gc_collections_total"), Collections, null, "Garbage collections, by generation.");
        meter.CreateObservableCounter(name("gc_pause_seconds_total"), () => GC.GetTotalPauseDuration().TotalSeconds, null, "Time for which garbage collection stopped the process.");
        meter.CreateObservableGauge(name("threadpool_queue_length"), () => ThreadPool.PendingWorkItemCount, null, "Work items that wait for a thread.");
    }

    private static IEnumerable<Measurement<int>> Collections() =>
        from generation in Enumerable.Range(0, GC.MaxGeneration + 1)
        select new Measurement<int>(GC.CollectionCount(generation), new KeyValuePair<string, object?>("generation", generation));

    private static DateTimeOffset StartTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime;
    }
}
