using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using ChronosOps.Operator.Detection.Baselines;

namespace ChronosOps.Benchmarks;

/// <summary><c>bench judge</c>: how long it takes to judge one sample, and how much memory a series takes.</summary>
internal static class JudgingSpeed
{
    private const int Batch = 1000;
    private const int Batches = 5000;

    /// <param name="series">How many series are judged in turn, as at a tick of the operator. 1: all in the processor's cache.</param>
    public static int Run(int series)
    {
        var (detectors, random, nanoseconds) = (new BaselineDetector[series], new Random(1), new double[Batches]);
        var values = Enumerable.Range(0, 4096).Select(_ => 50 + 10 * random.NextDouble()).ToArray();
        var (seconds, next, anomalies, step) = (1.7e9, 0, 0L, 0L);
        var allocated = 0L;
        for (var batch = -Batches; batch < Batches; batch++)
        {
            allocated = batch == 0 ? GC.GetAllocatedBytesForCurrentThread() : allocated;
            var started = Stopwatch.GetTimestamp();
            for (var k = 0; k < Batch; k++, step++)
            {
                anomalies += detectors[next].Step(seconds, values[step & 4095]).IsAnomaly ? 1 : 0;
                if (++next == series)
                {
                    (next, seconds) = (0, seconds + 15);
                }
            }

            if (batch >= 0)
            {
                nanoseconds[batch] = Stopwatch.GetElapsedTime(started).TotalNanoseconds / Batch;
            }
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Array.Sort(nanoseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{series} series: median {nanoseconds[Batches / 2]:0} ns a sample, 99 % {nanoseconds[Batches * 99 / 100]:0} ns; {Unsafe.SizeOf<BaselineDetector>()} bytes a series, {allocated} bytes allocated in {(long)Batch * Batches} samples; {anomalies} anomalies"));
        return 0;
    }
}
