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
