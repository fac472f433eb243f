namespace ChronosOps.Operator.Web;

/// <summary>What a process can tell of itself.</summary>
/// <param name="CachesFilled">Whether each cache holds what the server had once.</param>
/// <param name="HeardFromServer">When the API server last said anything about the kind of which the least was heard.</param>
/// <param name="WorksSince">Since when this process works; null while it stands by.</param>
/// <param name="LastEvaluation">When the last evaluation ended; null before the first.</param>
public sealed record Vitals(bool CachesFilled, DateTimeOffset? HeardFromServer, DateTimeOffset? WorksSince, DateTimeOffset? LastEvaluation);

/// <summary>Whether the operator can do its work, or stand by for it.</summary>
/// <param name="ask">What holds now.</param>
/// <param name="time">The clock.</param>
/// <param name="interval">The time between evaluations.</param>
public sealed class Readiness(Func<Vitals> ask, TimeProvider time, TimeSpan interval)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Where nothing happens a server may say nothing, but a watch lasts 10 minutes at most, and the next one is an answer.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(12);

    /// <summary>What is wrong so that a restart may help: detection has stood still for long. Null when nothing is.</summary>
    public string? Alive() => Standstill(ask());

    /// <summary>
    /// What is wrong so that the operator cannot do its work now. Null when nothing is. A replica that stands by is ready as long as its caches
    /// are filled and fed.
    /// </summary>
    public string? Ready()
    {
        var now = ask();
        if (!now.CachesFilled)
        {
            return "the caches are not filled yet";
        }

        if (time.GetUtcNow() - now.HeardFromServer is { } silent && silent > Silence)
        {
            return $"nothing was heard from the API server for {silent.TotalSeconds:0} s";
        }

        return now.WorksSince is not null && now.LastEvaluation is null ? "no evaluation yet" : Standstill(now);
    }

    private string? Standstill(Vitals now)
    {
        if (!now.CachesFilled || now.WorksSince is not { } since)
        {
            return null;
        }

        var silent = time.GetUtcNow() - (now.LastEvaluation > since ? now.LastEvaluation.Value : since);
        return silent > Patience + (interval * 4) ? $"no evaluation for {silent.TotalSeconds:0} s" : null;
    }
}
