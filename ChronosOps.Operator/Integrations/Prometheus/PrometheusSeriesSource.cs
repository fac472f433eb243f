using System.Globalization;
using System.Net.Http.Headers;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>
/// Series from Prometheus, by POST of a form to query_range (a query may be longer than a URL). Throws <see cref="SeriesUnavailableException"/> and, when the
/// caller's token says so, <see cref="OperationCanceledException"/>; nothing else. The client's own time-out should be infinite: the options' one counts.
/// </summary>
public sealed class PrometheusSeriesSource(HttpClient http, PrometheusOptions options, TimeProvider time) : ISeriesSource
{
    private const int MaxErrorBytes = 64 * 1024;
    private readonly Uri _base = new(options.Url.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");

    /// <inheritdoc/>
    public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>
        {
            ["query"] = query,
            ["start"] = Seconds(start.ToUnixTimeMilliseconds() / 1000.0),
            ["end"] = Seconds(end.ToUnixTimeMilliseconds() / 1000.0),
            ["step"] = Seconds(Math.Max(0.001, step.TotalSeconds)),

            // The server gives up when we do, so that abandoned queries do not pile up in it.
            ["timeout"] = Seconds(options.Timeout.TotalSeconds) + "s",
        };
        return BoundAsync(
            async token =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_base, "api/v1/query_range")) { Content = new FormUrlEncodedContent(form) };
                using var response = await SendAsync(request, token);
                await using var body = await response.Content.ReadAsStreamAsync(token);
                return response.IsSuccessStatusCode
                    ? await PrometheusReader.ReadAsync(body, options.MaxAnswerBytes, token)
                    : throw await FailureAsync(response, body, token);
            },
            cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token)
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (options.BearerTokenFile is { } file)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(file, token));
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
    }

    private static async Task<string> TokenAsync(string file, CancellationToken token)
    {
        var text = "";
        try
        {
            text = (await File.ReadAllTextAsync(file, token)).Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SeriesUnavailableException(SeriesReasons.Unreachable, $"the bearer token file {file} cannot be read: {unreadable.Message}", unreadable);
        }

        return text.Length > 0 && text.All(c => c is > ' ' and < '\u007f')
            ? text
            : throw new SeriesUnavailableException(SeriesReasons.Unreachable, $"the bearer token file {file} does not hold a token");
    }

    private static async Task<SeriesUnavailableException> FailureAsync(HttpResponseMessage response, Stream body, CancellationToken token)
    {
        var status = (int)response.StatusCode;
        try
        {
            var answer = await PrometheusReader.DecodeAsync(body, MaxErrorBytes, PrometheusJson.Default.PrometheusAnswer, token);
            if (answer.Error is not null)
            {
                return PrometheusReader.Refused(answer, status);
            }
        }
        catch (SeriesUnavailableException)
        {
            // A proxy's page. The status says more than it.
        }

        return status switch
        {
            401 or 403 => new(SeriesReasons.ServerError, $"Prometheus answers {status}: it wants a bearer token, or another one"),
            404 => new(SeriesReasons.BadAnswer, "there is no Prometheus API at this URL (404): is its path right?"),
            >= 300 and < 400 => new(SeriesReasons.BadAnswer, $"the URL redirects elsewhere ({status}): give the final one"),
            _ => new(SeriesReasons.ServerError, $"Prometheus answers {status}"),
        };
    }

    private async Task<T> BoundAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var patience = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await ask(either.Token);
        }
        catch (Exception failure) when (failure is not SeriesUnavailableException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw failure is OperationCanceledException || patience.IsCancellationRequested
                ? new SeriesUnavailableException(SeriesReasons.Timeout, $"Prometheus did not answer within {Seconds(options.Timeout.TotalSeconds)} s", failure)
                : new SeriesUnavailableException(SeriesReasons.Unreachable, $"Prometheus cannot be reached: {PrometheusReader.Shorten(failure.Message)}", failure);
        }
    }

    private static string Seconds(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
