namespace ChronosOps.Kubernetes;

/// <summary>
/// How long a request may take. While its answer arrives the limit begins anew with every piece, so that a long list over a slow
/// line comes through; but nothing takes more than ten times the limit. <see cref="Timeout.InfiniteTimeSpan"/>: as long as it likes.
/// </summary>
internal sealed class TimeLimit : IDisposable
{
    private const int Longest = 10;
    private readonly TimeSpan limit;
    private readonly TimeProvider time;
    private readonly long started;
    private readonly CancellationTokenSource over;
    private readonly CancellationTokenSource either;

    public TimeLimit(TimeSpan limit, TimeProvider time, CancellationToken ct)
    {
        (this.limit, this.time, started) = (limit, time, time.GetTimestamp());
        over = new CancellationTokenSource(limit, time);
        either = CancellationTokenSource.CreateLinkedTokenSource(ct, over.Token);
    }

    /// <summary>Ends with the limit, or with the caller's token.</summary>
    public CancellationToken Token => either.Token;

    public bool IsOver => over.IsCancellationRequested;

    /// <summary>Something has arrived.</summary>
    public void Progress()
    {
        if (limit == Timeout.InfiniteTimeSpan)
            return;
        var left = (limit * Longest) - time.GetElapsedTime(started);
        over.CancelAfter(left <= TimeSpan.Zero ? TimeSpan.Zero : left < limit ? left : limit);
    }

    public void Dispose()
    {
        either.Dispose();
        over.Dispose();
    }
}
