using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>
/// Series from Prometheus, by POST of a form to query_range (a query may be longer than a URL). Throws <see cref="SeriesUnavailableException"/> and, when the
/// caller's token says so, <see cref="OperationCanceledException"/>; nothing else. The client's own time-out should be infinite: the options' one counts.
/// </summary>
public sealed class PrometheusSeriesSource : ISeriesSource
{
    private const int MaxErrorBytes = 64 * 1024;
    private readonly Func<Credentials, HttpClient> _clientOf;
    private readonly PrometheusOptions _options;
    private readonly ICredentialSource _credentials;
    private readonly TimeProvider _time;
    private readonly Uri _base;
    private long _clockAhead = long.MinValue;

    /// <summary>One whose connections are made already; credentials are those of the options' files.</summary>
    public PrometheusSeriesSource(HttpClient http, PrometheusOptions options, TimeProvider time)
        : this(_ => http, options, new FileCredentials(options), time)
    {
    }

    internal PrometheusSeriesSource(Func<Credentials, HttpClient> clientOf, PrometheusOptions options, ICredentialSource credentials, TimeProvider time)
    {
        (_clientOf, _options, _credentials, _time) = (clientOf, options, credentials, time);
        _base = new Uri(options.Url.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
    }

    /// <summary>By the time that answers bear, which has no fractions of seconds.</summary>
    public TimeSpan? ClockAhead => Interlocked.Read(ref _clockAhead) is var ticks and not long.MinValue ? TimeSpan.FromTicks(ticks) : null;

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
            ["timeout"] = Seconds(_options.Timeout.TotalSeconds) + "s",
        };
        return BoundAsync(
            async token =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_base, "api/v1/query_range")) { Content = new FormUrlEncodedContent(form) };
                using var response = await SendAsync(request, token);
                await using var body = await response.Content.ReadAsStreamAsync(token);
                return response.IsSuccessStatusCode
                    ? await PrometheusReader.ReadAsync(body, _options.MaxAnswerBytes, _options.AcceptsPartial, token)
                    : throw await FailureAsync(response, body, token);
            },
            cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token)
    {
        var credentials = await _credentials.ReadAsync(token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_options.Tenant is { } tenant)
        {
            request.Headers.Add("X-Scope-OrgID", tenant);
        }

        request.Headers.Authorization = credentials switch
        {
            { Token: { } bearer } => new AuthenticationHeaderValue("Bearer", bearer),
            { Basic: { } basic } => new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.User}:{basic.Password}"))),
            _ => null,
        };
        var response = await _clientOf(credentials).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
        if (response.Headers.Date is { } date)
        {
            Interlocked.Exchange(ref _clockAhead, (date + TimeSpan.FromSeconds(0.5) - _time.GetUtcNow()).Ticks);
        }

        return response;
    }

    private async Task<SeriesUnavailableException> FailureAsync(HttpResponseMessage response, Stream body, CancellationToken token)
    {
        var status = (int)response.StatusCode;
        try
        {
            var answer = await PrometheusReader.DecodeAsync(body, MaxErrorBytes, PrometheusJson.Default.PrometheusAnswer, token);
            if (answer.Error is not null)
            {
                var refused = PrometheusReader.Refused(answer, status);
                return new SeriesUnavailableException(refused.Reason, refused.Message) { RetryAfter = RetryAfter(response) };
            }
        }
        catch (SeriesUnavailableException)
        {
            // A proxy's page. The status says more than it.
        }

        return status switch
        {
            401 or 403 => new(SeriesReasons.ServerError, $"Prometheus answers {status}: it wants a bearer token or a password, or another one, or another tenant"),
            413 => new(SeriesReasons.TooLarge, "what stands before Prometheus answers that the query is too large (413)"),
            404 => new(SeriesReasons.BadAnswer, "there is no Prometheus API at this URL (404): is its path right?"),
            >= 300 and < 400 => new(SeriesReasons.BadAnswer, $"the URL redirects elsewhere ({status}): give the final one"),
            _ => new(SeriesReasons.ServerError, $"Prometheus answers {status}") { RetryAfter = RetryAfter(response) },
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        (int)response.StatusCode is not (429 or 503) ? null : response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date > _time.GetUtcNow() => date - _time.GetUtcNow(),
            _ => null,
        };

    private async Task<T> BoundAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var patience = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await ask(either.Token);
        }
        catch (Exception failure) when (failure is not SeriesUnavailableException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw failure is OperationCanceledException || patience.IsCancellationRequested
                ? new SeriesUnavailableException(SeriesReasons.Timeout, $"Prometheus did not answer within {Seconds(_options.Timeout.TotalSeconds)} s", failure)
                : new SeriesUnavailableException(SeriesReasons.Unreachable, $"Prometheus cannot be reached: {PrometheusReader.Shorten(failure.Message)}", failure);
        }
    }

    private static string Seconds(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
