namespace ChronosOps.Samples.DemoService.Load;

/// <summary>How a request ended, seen from outside.</summary>
internal enum OutcomeKind
{
    Ok,

    /// <summary>A good answer that took longer than <c>--slow-ms</c>.</summary>
    Slow,

    /// <summary>An answer outside 200 to 299.</summary>
    Status,

    /// <summary>No complete answer within the time-out.</summary>
    Timeout,

    /// <summary>No connection, or one that broke before the answer was complete.</summary>
    Connect,
}

/// <param name="Sent">When the request was due and sent: the moment at which a user met the fault.</param>
/// <param name="Status">The status code; null when there was no answer.</param>
internal sealed record RequestOutcome(DateTimeOffset Sent, TimeSpan Duration, OutcomeKind Kind, int? Status, string? Error);
