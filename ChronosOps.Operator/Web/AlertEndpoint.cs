using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Telemetry;

namespace ChronosOps.Operator.Web;

/// <summary>
/// Answers Alertmanager. It sends again at once after a 5xx, and after a 4xx not before the next <c>group_interval</c>: so 5xx is only for what may be well a moment later.
/// </summary>
/// <param name="token">What is asked for; null: nothing.</param>
/// <param name="isReady">Whether it can be told yet what is watched.</param>
/// <param name="take">Takes a notification, and says whether all of it is where it belongs.</param>
/// <param name="metrics">Counts the answers.</param>
/// <param name="time">The time.</param>
/// <param name="log">Tells what is wrong with a request.</param>
public sealed class AlertEndpoint(
    BearerTokenFile? token, Func<bool> isReady, Func<AlertmanagerMessage, CancellationToken, Task<bool>> take, ChronosMetrics metrics, TimeProvider time, ILogger<AlertEndpoint> log)
{
    /// <summary>Where alerts are taken.</summary>
    public const string Path = "/api/v1/alerts";

    /// <summary>The most bytes of a notification.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>So many notifications are held at once, with what was read of them: the others wait, unread.</summary>
    public const int MostAtOnce = 4;

    /// <summary>How long a notification may wait for its turn and take to arrive, together.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _held = new(MostAtOnce);
    private readonly RefusalLog _refusals = new(time, log);

    /// <summary>Takes one request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var (status, text, detail) = await AnswerAsync(http).ConfigureAwait(false);
        metrics.AlertRequest(status);
        if (status != StatusCodes.Status200OK)
        {
            _refusals.Tell(http.Connection.RemoteIpAddress, status, detail ?? text);
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            http.Response.Headers.Connection = "close";
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text + "\n", http.RequestAborted).ConfigureAwait(false);
    }

    private async Task<(int Status, string Text, string? Detail)> AnswerAsync(HttpContext http)
    {
        try
        {
            if (token?.Accepts(http.Request.Headers.Authorization) == false)
            {
                return (StatusCodes.Status401Unauthorized, "a bearer token is needed, or another one", null);
            }

            if (!isReady())
            {
                return (StatusCodes.Status503ServiceUnavailable, "the caches are not filled yet", null);
            }

            return await TakeAsync(http).ConfigureAwait(false);
        }
        catch (BadMessageException e)
        {
            return (StatusCodes.Status400BadRequest, e.Message, null);
        }
        catch (BadHttpRequestException e)
        {
            return (e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"a notification may have {MostBytes} bytes at most; lower max_alerts" : e.Message, null);
        }
        catch (InvalidDataException e)
        {
            return (StatusCodes.Status503ServiceUnavailable, "the receiver's token cannot be read", e.Message);
        }
    }

    private async Task<(int Status, string Text, string? Detail)> TakeAsync(HttpContext http)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, http.RequestAborted);
        try
        {
            await _held.WaitAsync(ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return (StatusCodes.Status503ServiceUnavailable, "others are being taken; send it again", null);
        }

        try
        {
            var message = await ReadAsync(http.Request.Body, ended.Token).ConfigureAwait(false);
            return await take(message, http.RequestAborted).ConfigureAwait(false)
                ? (StatusCodes.Status200OK, "ok", null)
                : (StatusCodes.Status503ServiceUnavailable, "the API server could not be reached; send it again", null);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            return (StatusCodes.Status408RequestTimeout, $"the notification did not arrive within {Patience.TotalSeconds:0} s", null);
        }
        finally
        {
            _held.Release();
        }
    }

    private static async Task<AlertmanagerMessage> ReadAsync(Stream sent, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await sent.CopyToAsync(body, ct).ConfigureAwait(false);
        return AlertmanagerReader.Read(body.GetBuffer().AsSpan(0, (int)body.Length));
    }
}
