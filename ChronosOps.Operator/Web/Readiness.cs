using ChronosOps.Operator.Controllers;

namespace ChronosOps.Operator.Web;

/// <summary>Whether the operator can do its work, or stand by for it.</summary>
public sealed class Readiness(CacheGroup caches, DetectionLoop loop, Leadership leadership, TimeProvider time, TimeSpan interval)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What is wrong so that a restart may help: detection has stood still for long. Null when nothing is.</summary>
    public string? Alive()
    {
        if (!caches.HaveSynced || leadership.Since is not { } since)
        {
            return null;
        }

        var silent = time.GetUtcNow() - (loop.LastRun > since ? loop.LastRun.Value : since);
        return silent > Patience + (interval * 4) ? $"no evaluation for {silent.TotalSeconds:0} s" : null;
    }

    /// <summary>What is wrong so that the operator cannot do its work now. Null when nothing is. A replica that stands by is ready once its caches are filled.</summary>
    public string? Ready()
    {
        if (!caches.HaveSynced)
        {
            return "the caches are not filled yet";
        }

        return leadership.Since is not null && loop.LastRun is null ? "no evaluation yet" : Alive();
    }
}
