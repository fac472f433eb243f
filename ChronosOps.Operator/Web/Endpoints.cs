using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Telemetry;

namespace ChronosOps.Operator.Web;

/// <summary>What the operator answers over HTTP: its health and its own metrics.</summary>
public static class Endpoints
{
    /// <summary>Maps /healthz, /readyz and /metrics.</summary>
    public static void Map(WebApplication app, ChronosMetrics metrics, Readiness readiness)
    {
        app.MapGet("/healthz", () => Answer(readiness.Alive()));
        app.MapGet("/readyz", () => Answer(readiness.Ready()));
        app.MapGet("/metrics", () => Results.Text(metrics.Exposition.Write(), PrometheusExposition.ContentType));
    }

    private static IResult Answer(string? problem) =>
        problem is null ? Results.Text("ok\n") : Results.Text(problem + "\n", statusCode: StatusCodes.Status503ServiceUnavailable);
}

/// <summary>Whether the operator can do its work.</summary>
public sealed class Readiness(CacheGroup caches, DetectionLoop loop, TimeProvider time, TimeSpan interval)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>What is wrong so that a restart may help: detection has stood still for long. Null when nothing is.</summary>
    public string? Alive()
    {
        var silent = time.GetUtcNow() - (loop.LastRun ?? _started);
        return caches.HaveSynced && silent > Patience + (interval * 4) ? $"no evaluation for {silent.TotalSeconds:0} s" : null;
    }

    /// <summary>What is wrong so that the operator cannot do its work now. Null when nothing is.</summary>
    public string? Ready() => !caches.HaveSynced ? "the caches are not filled yet" : loop.LastRun is null ? "no evaluation yet" : Alive();
}
