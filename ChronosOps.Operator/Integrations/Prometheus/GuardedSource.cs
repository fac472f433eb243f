using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>
/// Leaves a source alone that does not answer. When the pause is over one query is a trial: the others wait for how it ends, and go on or fail with it.
/// What is wrong with a query, or with a Secret, says nothing of the source, and one that answers in part does answer.
/// </summary>
internal sealed class GuardedSource(ISeriesSource inner, TimeSpan interval, TimeProvider time, Func<double>? chance = null) : ISeriesSource
{
    private readonly Lock _lock = new();
    private readonly BackOff _backOff = new(interval, chance ?? Random.Shared.NextDouble);
    private TaskCompletionSource? _trial;

    public TimeSpan? ClockAhead => inner.ClockAhead;

    public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
    {
        var trial = await EnterAsync(cancellationToken).ConfigureAwait(false);
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
    /// <returns>The trial that this query is; null where it is none.</returns>
    private async Task<TaskCompletionSource?> EnterAsync(CancellationToken cancellationToken)
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
                    throw new SeriesUnavailableException(why.Reason, $"{why.Message}; it is left alone for a while", why);
                }

                if (_trial is null)
                {
                    return _trial = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
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
