namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>The service that this one depends on.</summary>
internal sealed class Upstream(Uri url)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromSeconds(5) }) { Timeout = Patience };

    /// <summary>Whether it answers well.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(url, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception failed) when (failed is HttpRequestException || (failed is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
