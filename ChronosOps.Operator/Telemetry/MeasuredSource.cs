using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Telemetry;

/// <summary>Counts the queries that go through it, by result.</summary>
public sealed class MeasuredSource(ISeriesSource inner, ChronosMetrics metrics) : ISeriesSource
{
    public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
    {
        try
        {
            var series = await inner.QueryRangeAsync(query, start, end, step, cancellationToken).ConfigureAwait(false);
            metrics.SeriesQuery("Ok");
            return series;
        }
        catch (SeriesUnavailableException e)
        {
            metrics.SeriesQuery(e.Reason);
            throw;
        }
    }
}
