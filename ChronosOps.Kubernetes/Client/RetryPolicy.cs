namespace ChronosOps.Kubernetes;

/// <summary>
/// The one place that decides whether a request is sent again. Reads are repeated a few times; a write only where the server
/// said that it did nothing and when to come back (429 with Retry-After).
/// </summary>
internal static class RetryPolicy
{
    public const int MaxRetries = 4;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <param name="request">What was sent.</param>
    /// <param name="error">How it failed.</param>
    /// <param name="attempt">How often it was repeated before, from 0.</param>
    /// <returns>How long to wait before the next try; null: give up.</returns>
    public static TimeSpan? DelayFor(ApiRequest request, KubernetesException error, int attempt)
    {
        if (attempt >= MaxRetries || error.RetryAfter > LongestWait)
            return null;
        if (!request.IsRead)
            return error.IsTooManyRequests ? Spread(error.RetryAfter) : null;
        var transient = error.StatusCode is 429 or 502 or 503
            || (error.StatusCode == 500 && error.RetryAfter is not null)
            || (error.StatusCode == 0 && error.InnerException is not TimeoutException);
        return transient ? Spread(error.RetryAfter) ?? Backoff(attempt) : null;
    }

    /// <summary>A little later than the server asked for, never earlier: all who were turned away at once must not come back at once.</summary>
    private static TimeSpan? Spread(TimeSpan? asked) => asked + (((asked / 5) + TimeSpan.FromMilliseconds(20)) * Random.Shared.NextDouble());

    private static TimeSpan Backoff(int attempt) =>
        TimeSpan.FromMilliseconds(100 * Math.Pow(2, attempt) * (1 + Random.Shared.NextDouble()));
}
