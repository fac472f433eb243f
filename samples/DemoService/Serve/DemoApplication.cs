using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>The service itself: two pages with a little work, and what an operator of the service needs.</summary>
internal sealed class DemoApplication(
    ServeOptions options, FaultBoard faults, RequestMetrics metrics, CallMetrics calls, Capacity capacity, Readiness readiness, TimeProvider clock)
{
    private const int ClientClosedRequest = 499;

    private readonly FaultEndpoint faultEndpoint = new(faults);
    private readonly JsonLines log = new(Console.Out);
    private readonly MetricsPage page = new(options, metrics, calls, capacity, faults);
    private readonly Upstream? upstream = options.Upstream is { } url ? new Upstream(url, calls, clock) : null;

    public Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/metrics" => WebHost.WriteAsync(context, StatusCodes.Status200OK, Exposition.ContentType, page.Render()),
        "/fault" => faultEndpoint.HandleAsync(context),
        "/healthz" => HealthAsync(context, healthy: true),
        "/readyz" => HealthAsync(context, readiness.IsReady && !faults.IsOn(FaultKind.NotReady)),
        "/" => MeasureAsync(context, "/", WorkAsync),
        "/api/orders" => MeasureAsync(context, "/api/orders", WorkAsync),
        _ => MeasureAsync(context, "unmatched", static http => WebHost.WriteTextAsync(http, StatusCodes.Status404NotFound, "not found")),
    };

    private async Task HealthAsync(HttpContext context, bool healthy)
    {
        await HangAsync(context);
        var status = healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await WebHost.WriteTextAsync(context, status, healthy ? "ok" : "not ready");
    }

    private async Task MeasureAsync(HttpContext context, string route, RequestDelegate work)
    {
        var start = clock.GetTimestamp();
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await work(context);
            status = context.Response.StatusCode;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            status = ClientClosedRequest;
        }
        finally
        {
            metrics.Observe(status, context.Request.Method, route, clock.GetElapsedTime(start));
        }
    }

    private async Task WorkAsync(HttpContext context)
    {
        await HangAsync(context);
        if (!capacity.Take())
        {
            await WebHost.WriteTextAsync(context, StatusCodes.Status503ServiceUnavailable, "overloaded");
            return;
        }

        var pause = TimeSpan.FromMilliseconds(Random.Shared.Next(2, 9) + faults.Strength(FaultKind.Latency));
        await Task.Delay(pause, clock, context.RequestAborted);

        if (Random.Shared.NextDouble() < Math.Max(options.Noise, faults.Strength(FaultKind.ErrorRatio)))
        {
            log.Write(json =>
            {
                json.WriteString("time", JsonLines.Time(clock.GetUtcNow()));
                json.WriteString("level", "error");
                json.WriteString("version", options.Version);
                json.WriteString("message", "order lookup failed: inventory client returned an invalid price table");
            });
            await WebHost.WriteTextAsync(context, StatusCodes.Status500InternalServerError, "internal error");
        }
        else if (upstream is not null && !await upstream.AnswersAsync(context.RequestAborted))
        {
            await WebHost.WriteTextAsync(context, StatusCodes.Status502BadGateway, "upstream failed");
        }
        else if (Random.Shared.NextDouble() < faults.Strength(FaultKind.ClientErrorRatio))
        {
            await WebHost.WriteTextAsync(context, StatusCodes.Status404NotFound, "no such order");
        }
        else
        {
            await WebHost.WriteAsync(context, StatusCodes.Status200OK, "application/json", Orders());
        }
    }

    private string Orders() => JsonLines.Format(json =>
    {
        json.WriteString("version", options.Version);
        json.WriteStartArray("orders");
        for (var i = 1; i <= 3; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", 1000 + i);
            json.WriteNumber("total", 12.5m * i);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    // A hung process accepts and never answers, its health checks included. Metrics and switches stay reachable,
    // because otherwise nobody could end it.
    private async Task HangAsync(HttpContext context)
    {
        while (faults.IsOn(FaultKind.Hang))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, context.RequestAborted);
        }
    }
}
