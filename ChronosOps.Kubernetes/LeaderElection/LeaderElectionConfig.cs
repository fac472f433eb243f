namespace ChronosOps.Kubernetes;

/// <summary>What is contended for, and how fast. The defaults are those of Kubernetes' own components.</summary>
/// <param name="Lock">The lease.</param>
public sealed record LeaderElectionConfig(LeaseLock Lock)
{
    /// <summary>For how long after the leader's last renewal the others leave it alone. A whole number of seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For how long the leader goes on without a renewal that succeeded.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two requests for the lease; varied by a fifth, so that contenders do not ask in step.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Give the lease back at the end, so that the next one need not wait for it to run out.</summary>
    public bool ReleaseOnStop { get; init; } = true;

    /// <exception cref="ArgumentException">Names the field.</exception>
    internal void Validate()
    {
        if (LeaseDuration < TimeSpan.FromSeconds(1) || LeaseDuration.Ticks % TimeSpan.TicksPerSecond != 0)
            throw new ArgumentException($"{nameof(LeaseDuration)} must be a whole number of seconds, at least 1, not {LeaseDuration}");
        if (RetryPeriod <= TimeSpan.Zero)
            throw new ArgumentException($"{nameof(RetryPeriod)} must be greater than zero, not {RetryPeriod}");
        if (RenewDeadline <= RetryPeriod * 1.2)
            throw new ArgumentException($"{nameof(RenewDeadline)} ({RenewDeadline}) must be greater than 1.2 times {nameof(RetryPeriod)} ({RetryPeriod})");
        if (LeaseDuration <= RenewDeadline)
            throw new ArgumentException($"{nameof(LeaseDuration)} ({LeaseDuration}) must be greater than {nameof(RenewDeadline)} ({RenewDeadline})");
    }
}
