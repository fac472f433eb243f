using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>Waits for what other threads do; with a limit, so that a defect is a failure and not a hang.</summary>
internal static class Eventually
{
    public static async Task BeTrue(Func<bool> condition, int seconds = 10, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed.TotalSeconds < seconds, $"not within {seconds} s: {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Moves a fake clock in steps until the condition holds.</summary>
    public static async Task BeTrueWhileAdvancing(FakeTime time, Func<bool> condition, TimeSpan step, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed.TotalSeconds < 10, $"not within 10 s: {what}");
            time.Advance(step);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
