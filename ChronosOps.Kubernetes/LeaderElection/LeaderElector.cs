using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChronosOps.Kubernetes;

/// <summary>
/// Lets one process of several do the work. A lease does not fence: for a moment two may believe to lead (a process that was
/// stopped and goes on), so what must happen once needs a precondition of its own at the server.
/// </summary>
public sealed class LeaderElector
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly LeaderElectionConfig config;
    private readonly ILogger log;
    private readonly TimeProvider time;
    private readonly LeaseClaim claim;
    private volatile bool leads;
    private string? announced;

    /// <exception cref="ArgumentException">The times do not fit together.</exception>
    public LeaderElector(LeaderElectionConfig config, ILogger? log = null, TimeProvider? time = null)
    {
        config.Validate();
        this.config = config;
        this.log = log ?? NullLogger.Instance;
        this.time = time ?? config.Lock.Time;
        claim = new LeaseClaim(config, this.time);
        config.Lock.Metrics.Observe(config.Lock.Name, () => IsLeader);
    }

    /// <summary>Raised when this process begins to lead, before its work starts. Keep the handlers short.</summary>
    public event Action? OnStartedLeading;

    /// <summary>Raised when this process no longer leads and its work has ended.</summary>
    public event Action? OnStoppedLeading;

    /// <summary>Raised when somebody else, or this process, is seen to hold the lease.</summary>
    public event Action<string>? OnNewLeader;

    /// <summary>Raised when a request for the lease failed. The elector goes on.</summary>
    public event Action<Exception>? OnError;

    public string Identity => config.Lock.Identity;

    /// <summary>Who leads, as last seen; null: nobody.</summary>
    public string? Leader => claim.Holder;

    /// <summary>Whether this process leads at this moment: false as soon as its renewal is overdue, whoever has noticed yet.</summary>
    public bool IsLeader => leads && claim.SinceRenewal < config.RenewDeadline;

    /// <summary>
    /// Contends for the lease for ever, and does the work while it holds it. The work's token ends at once when leadership is lost;
    /// when the work has ended, it contends again. At the end the work is waited for, and only then is the lease given back.
    /// </summary>
    /// <param name="work">What only the leader does. When it returns or fails by itself, so does this method.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await AcquireAsync(ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                await ReleaseAsync().ConfigureAwait(false); // the last request may have got it
                throw;
            }
            if (await LeadAsync(work, ct).ConfigureAwait(false))
                return;
            ct.ThrowIfCancellationRequested();
        }
    }

    private async Task AcquireAsync(CancellationToken ct)
    {
        log.LogInformation("{Identity} contends for the lease {Lease}", Identity, config.Lock);
        while (!await TryAsync(ct).ConfigureAwait(false))
        {
            var pause = Varied(config.RetryPeriod);
            // Whoever waits for a lease to run out is there when it does, but not all at the same instant.
            if (claim.UntilExpiry + (config.RetryPeriod * Random.Shared.NextDouble() / 10) is { } left && left > TimeSpan.Zero && left < pause)
                pause = left;
            await Task.Delay(pause, time, ct).ConfigureAwait(false);
        }
    }

    /// <summary>True: the work has ended by itself. False: leadership was lost, or the end was asked for.</summary>
    private async Task<bool> LeadAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        // Made before anything else: it ends by its own timer, even if nothing else in this process gets to run.
        using var lost = new CancellationTokenSource(UntilDeadline(), time);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(ct, lost.Token);
        using var done = new CancellationTokenSource();
        leads = true;
        log.LogInformation("{Identity} leads ({Lease})", Identity, config.Lock);
        Raise(OnStartedLeading);
        var renewing = RenewAsync(lost, done.Token);
        var working = Task.Run(() => work(leading.Token), CancellationToken.None);
        await Task.WhenAny(working, renewing).ConfigureAwait(false);
        leads &= !lost.IsCancellationRequested;
        await EndOfAsync(working, leading.Token).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        await renewing.ConfigureAwait(false);
        leads = false;
        if (!lost.IsCancellationRequested)
            await ReleaseAsync().ConfigureAwait(false);
        log.LogInformation("{Identity} leads no more ({Lease})", Identity, config.Lock);
        Raise(OnStoppedLeading);
        return await OutcomeAsync(working, lost.IsCancellationRequested, ct).ConfigureAwait(false);
    }

    /// <summary>Keeps the lease until the work is done; ends the work when it cannot be kept.</summary>
    private async Task RenewAsync(CancellationTokenSource lost, CancellationToken done)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost.Token, done);
        try
        {
            while (true)
            {
                await Task.Delay(Varied(config.RetryPeriod), time, either.Token).ConfigureAwait(false);
                if (await TryAsync(either.Token).ConfigureAwait(false))
                    lost.CancelAfter(UntilDeadline());
                else if (claim.Holder is not null && !claim.IsOurs)
                    await lost.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            if (lost.IsCancellationRequested)
                log.LogError("{Identity} has lost the lease {Lease}; it was renewed {Age} ago", Identity, config.Lock, claim.SinceRenewal);
        }
    }

    /// <summary>One request for the lease. A failure is reported and counts as "not ours".</summary>
    private async Task<bool> TryAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(config.RenewDeadline / 2, time); // so that there is a second try
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await claim.TryAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            config.Lock.Metrics.Failed(config.Lock.Name);
            log.LogWarning("The lease {Lease} could not be asked for: {Error}", config.Lock, e.Message);
            Raise(() => OnError?.Invoke(e));
            return false;
        }
        finally
        {
            if (claim.Holder is { } holder && holder != announced)
            {
                announced = holder;
                Raise(() => OnNewLeader?.Invoke(holder));
            }
        }
    }

    private async Task EndOfAsync(Task working, CancellationToken leading)
    {
        await working.WaitAsync(leading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await working.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!working.IsCompleted)
            log.LogError("The work of the leader goes on though its token has ended; {Identity} contends again when it is over", Identity);
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<bool> OutcomeAsync(Task working, bool lost, CancellationToken ct)
    {
        if (lost || ct.IsCancellationRequested)
        {
            if (working.Exception is { } late)
                log.LogWarning(late.InnerException, "The work of the leader failed while it was ended");
            return false;
        }
        await working.ConfigureAwait(false);
        return true;
    }

    private async Task ReleaseAsync()
    {
        if (!config.ReleaseOnStop)
            return;
        using var limit = new CancellationTokenSource(config.RenewDeadline / 2, time);
        try
        {
            await claim.ReleaseAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            log.LogWarning("The lease {Lease} could not be given back and will run out: {Error}", config.Lock, e.Message);
        }
    }

    private void Raise(Action? handlers)
    {
        try
        {
            handlers?.Invoke();
        }
        catch (Exception e)
        {
            log.LogError(e, "A handler of the leader election failed");
        }
    }

    private TimeSpan UntilDeadline() => config.RenewDeadline - claim.SinceRenewal is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    private static TimeSpan Varied(TimeSpan period) => period * (0.8 + (0.4 * Random.Shared.NextDouble()));
}
