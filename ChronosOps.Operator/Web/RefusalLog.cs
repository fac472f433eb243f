using System.Net;

namespace ChronosOps.Operator.Web;

/// <summary>Tells why requests are refused: of each status the first at once, and of those within a minute after it only how many they were. Whoever reaches the address must not fill the log.</summary>
/// <param name="time">The time.</param>
/// <param name="log">Where it is told.</param>
internal sealed class RefusalLog(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<int, (DateTimeOffset ToldAt, long Untold)> _told = [];

    /// <summary>Tells of a refusal, unless one of the same status was told of just now.</summary>
    /// <param name="sender">Who is refused.</param>
    /// <param name="status">What it is answered with.</param>
    /// <param name="problem">Why.</param>
    public void Tell(IPAddress? sender, int status, string problem)
    {
        long untold;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_told.TryGetValue(status, out var last) && now - last.ToldAt < Quiet)
            {
                _told[status] = last with { Untold = last.Untold + 1 };
                return;
            }

            (_told[status], untold) = ((now, 0), last.Untold);
        }

        log.LogWarning("A notification from {Sender} was answered with {Status}: {Problem}{Untold}", sender, status, problem, untold > 0 ? $"; so were {untold} others since the last line of it" : "");
    }
}
