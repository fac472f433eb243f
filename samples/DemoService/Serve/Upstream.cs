namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>The service that this one depends on.</summary>
internal sealed class Upstream(Uri url, CallMetrics calls, TimeProvider clock, HttpMessageHandler handler)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly HttpClient client = new(handler) { Timeout = Patience };

    public Upstream(Uri url, CallMetrics calls, TimeProvider clock)
        : this(url, calls, clock, new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromSeconds(5) })
    {
    }

    /// <summary>Whether it answers well.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        try
        {
            using var response = await client.GetAsync(url, cancellationToken);
            calls.Observe(url, (int)response.StatusCode, null, clock.GetElapsedTime(start));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            calls.Observe(url, null, "connection_error", clock.GetElapsedTime(start));
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            calls.Observe(url, null, "timeout", clock.GetElapsedTime(start));
            return false;
        }
    }
}
