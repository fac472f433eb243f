using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Telemetry;

/// <summary>Counts the queries that go through it, by result.</summary>
/// <param name="inner">Where they go.</param>
/// <param name="metrics">Takes the counts.</param>
/// <param name="tellsClock">Whether it is the operator's own source, whose clock is told.</param>
public sealed class MeasuredSource(ISeriesSource inner, ChronosMetrics metrics, bool tellsClock) : ISeriesSource
{
    public TimeSpan? ClockAhead => inner.ClockAhead;

    public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
    {
        try
        {
            var series = await inner.QueryRangeAsync(query, start, end, step, cancellationToken).ConfigureAwait(false);
            metrics.SeriesQuery("Ok");
            if (tellsClock && inner.ClockAhead is { } ahead)
            {
                metrics.ClockAhead(ahead);
            }

            return series;
        }
        catch (SeriesUnavailableException e)
        {
            metrics.SeriesQuery(e.Reason);
            throw;
        }
    }
}
