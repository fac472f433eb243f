using System.Runtime.InteropServices;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>The faults that happen without a request: leaking, filling a cache, burning CPU, crashing.</summary>
internal sealed class FaultEffects(FaultBoard faults, TimeProvider clock) : BackgroundService
{
    private const int MiB = 1024 * 1024;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    /// <summary>After so long about two thirds of a cache are filled.</summary>
    private static readonly TimeSpan FillTime = TimeSpan.FromSeconds(30);

    private readonly List<nint> leaked = [];
    private readonly List<nint> cached = [];
    private readonly List<CpuBurner> burners = [];
    private double owedMiB;
    private double uncachedMiB;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (faults.CrashDue is { } exitCode)
            {
                Console.Error.WriteLine($"fatal: crashing with exit code {exitCode}");
                Environment.Exit(exitCode);
            }

            Leak(faults.Strength(FaultKind.MemoryLeak));
            Cache(faults.Strength(FaultKind.MemoryCache));
            Burn(faults.Strength(FaultKind.CpuBurn));
        }
    }

    // Outside the managed heap, whose hard limit would end the process with an exception where a leaking
    // container should meet the kernel's OOM killer.
    private void Leak(double mebibytesPerSecond)
    {
        if (mebibytesPerSecond <= 0)
        {
            leaked.ForEach(FreeBlock);
            leaked.Clear();
            owedMiB = 0;
            return;
        }

        for (owedMiB += mebibytesPerSecond * Tick.TotalSeconds; owedMiB >= 1; owedMiB--)
        {
            leaked.Add(TouchedBlock());
        }
    }

    // The fuller it is, the more of what is asked for is in it already.
    private void Cache(double mebibytes)
    {
        if (mebibytes <= 0)
        {
            cached.ForEach(FreeBlock);
            cached.Clear();
            uncachedMiB = 0;
            return;
        }

        uncachedMiB += Math.Max(0, mebibytes - cached.Count) * (Tick / FillTime);
        for (; uncachedMiB >= 1; uncachedMiB--)
        {
            cached.Add(TouchedBlock());
        }
    }

    private static unsafe nint TouchedBlock()
    {
        var block = NativeMemory.Alloc(MiB);
        NativeMemory.Fill(block, MiB, 1);
        return (nint)block;
    }

    private static unsafe void FreeBlock(nint block) => NativeMemory.Free((void*)block);

    private void Burn(double cores)
    {
        while (burners.Count < Math.Ceiling(cores))
        {
            burners.Add(new CpuBurner(clock));
        }

        for (var i = 0; i < burners.Count; i++)
        {
            burners[i].Share = Math.Clamp(cores - i, 0, 1);
        }
    }
}
