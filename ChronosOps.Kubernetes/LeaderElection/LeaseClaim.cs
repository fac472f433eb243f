using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>
/// What one contender knows of the lease, and its requests for it. Clocks are never compared: another's lease has run out when
/// we, by our own monotonic clock, have seen no change of it for as long as it promised.
/// </summary>
internal sealed class LeaseClaim(LeaderElectionConfig config, TimeProvider time)
{
    private readonly LeaseLock contended = config.Lock;
    private V1Lease? observed;
    private long observedAt;
    private long renewedAt;

    /// <summary>Who holds the lease as last seen; null: nobody.</summary>
    public string? Holder => observed?.Spec.HolderIdentity is { Length: > 0 } holder ? holder : null;

    public bool IsOurs => Holder == contended.Identity;

    /// <summary>How long ago the request began that last made or kept the lease ours.</summary>
    public TimeSpan SinceRenewal => time.GetElapsedTime(Interlocked.Read(ref renewedAt));

    /// <summary>How long until another's lease runs out; negative when it has, null when nobody holds it.</summary>
    public TimeSpan? UntilExpiry => Holder is null ? null : Promised - time.GetElapsedTime(observedAt);

    private TimeSpan Promised => observed?.Spec.LeaseDurationSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : config.LeaseDuration;

    /// <summary>Asks for the lease, or renews it.</summary>
    /// <returns>Whether it is ours now.</returns>
    /// <exception cref="KubernetesException">The server refused, or did not answer: it may or may not be ours.</exception>
    public async Task<bool> TryAsync(CancellationToken ct)
    {
        var started = time.GetTimestamp();
        if (IsOurs && await TryWriteAsync(started, ct).ConfigureAwait(false))
            return true;
        if (IsOurs)
            contended.Metrics.SlowPath(contended.Name);
        Observe(await contended.FindAsync(ct).ConfigureAwait(false));
        if (Holder is not null && !IsOurs && UntilExpiry > TimeSpan.Zero)
            return false;
        return await TryWriteAsync(time.GetTimestamp(), ct).ConfigureAwait(false);
    }

    /// <summary>Gives the lease back if it is ours.</summary>
    public async Task ReleaseAsync(CancellationToken ct)
    {
        Observe(await contended.FindAsync(ct).ConfigureAwait(false));
        if (!IsOurs)
            return;
        var lease = Next();
        (lease.Spec.HolderIdentity, lease.Spec.LeaseDurationSeconds, lease.Spec.AcquireTime) = ("", 1, lease.Spec.RenewTime);
        Observe(await contended.WriteAsync(lease, ct).ConfigureAwait(false));
    }

    /// <summary>False: somebody else wrote it first, or it is no more.</summary>
    private async Task<bool> TryWriteAsync(long started, CancellationToken ct)
    {
        try
        {
            Observe(await contended.WriteAsync(Next(), ct).ConfigureAwait(false));
            Interlocked.Exchange(ref renewedAt, started);
            return true;
        }
        catch (KubernetesException e) when (e.IsConflict || e.IsAlreadyExists || e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>The lease as it is to be: ours, from now.</summary>
    private V1Lease Next()
    {
        var now = time.GetUtcNow();
        var old = observed?.Spec;
        return new V1Lease
        {
            Metadata = observed?.Metadata ?? new V1ObjectMeta { Name = contended.Name, NamespaceProperty = contended.Namespace },
            Spec = new V1LeaseSpec
            {
                HolderIdentity = contended.Identity,
                LeaseDurationSeconds = (int)config.LeaseDuration.TotalSeconds,
                AcquireTime = IsOurs ? old?.AcquireTime ?? now : now,
                RenewTime = now,
                LeaseTransitions = old is null ? 0 : (old.LeaseTransitions ?? 0) + (IsOurs ? 0 : 1),
                UnknownFields = old?.UnknownFields,
            },
        };
    }

    private void Observe(V1Lease? lease)
    {
        if (observed is null || lease is null || Record(observed.Spec) != Record(lease.Spec))
            observedAt = time.GetTimestamp();
        observed = lease;
    }

    private static (string?, int?, DateTimeOffset?, DateTimeOffset?, int?) Record(V1LeaseSpec spec) =>
        (spec.HolderIdentity, spec.LeaseDurationSeconds, spec.AcquireTime, spec.RenewTime, spec.LeaseTransitions);
}
