using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>
/// Leaves a source alone that does not answer. When the pause is over one query is a trial: the others wait for how it ends, and go on or fail with it.
/// What is wrong with a query, or with a Secret, says nothing of the source, and one that answers in part does answer.
/// </summary>
/// <param name="inner">The source.</param>
/// <param name="interval">How often it is asked while it answers.</param>
/// <param name="time">The time.</param>
/// <param name="chance">From 0 to 1.</param>
/// <param name="whole">The same source for everyone, where this is a part of what is asked of it: while that one is left alone, so is this. The other way round nothing follows.</param>
internal sealed class GuardedSource(ISeriesSource inner, TimeSpan interval, TimeProvider time, Func<double>? chance = null, GuardedSource? whole = null) : ISeriesSource
{
    private readonly Lock _lock = new();
    private readonly BackOff _backOff = new(interval, chance ?? Random.Shared.NextDouble);
    private TaskCompletionSource? _trial;

    public TimeSpan? ClockAhead => inner.ClockAhead;

    public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
    {
        if (whole is not null)
        {
            await whole.EnterAsync(isPart: true, cancellationToken).ConfigureAwait(false);
        }

        var trial = await EnterAsync(isPart: false, cancellationToken).ConfigureAwait(false);
        try
        {
            var series = await inner.QueryRangeAsync(query, start, end, step, cancellationToken).ConfigureAwait(false);
            Note(null);
            return series;
        }
        catch (SeriesUnavailableException e)
        {
            Note(e);
            throw;
        }
        finally
        {
            Leave(trial);
        }
    }

    /// <summary>Waits for leave to ask.</summary>
    /// <param name="isPart">Whether it is a part that asks, whose queries are no trial.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The trial that this query is; null where it is none.</returns>
    private async Task<TaskCompletionSource?> EnterAsync(bool isPart, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task other;
            lock (_lock)
            {
                if (_backOff.Why is not { } why)
                {
                    return null;
                }

                if (time.GetUtcNow() < _backOff.Until)
                {
                    throw new SeriesUnavailableException(why.Reason, $"{why.Message}; it is left alone for a while", why) { WasNotAsked = true };
                }

                if (_trial is null)
                {
                    return isPart ? null : _trial = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                other = _trial.Task;
            }

            await other.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Note(SeriesUnavailableException? failure)
    {
        lock (_lock)
        {
            if (failure is null or { IsOfTheQuery: true, Reason: not SeriesReasons.Secret } or { Reason: SeriesReasons.Partial })
            {
                _backOff.Answered();
            }
            else if (failure.Reason != SeriesReasons.Secret)
            {
                _backOff.Failed(failure, time.GetUtcNow());
            }
        }
    }

    private void Leave(TaskCompletionSource? trial)
    {
        if (trial is not null)
        {
            lock (_lock)
            {
                _trial = null;
            }

            trial.SetResult();
        }
    }
}
