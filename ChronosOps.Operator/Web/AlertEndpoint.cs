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
/// <param name="log">Tells what is wrong with a request.</param>
public sealed class AlertEndpoint(
    BearerTokenFile? token, Func<bool> isReady, Func<AlertmanagerMessage, CancellationToken, Task<bool>> take, ChronosMetrics metrics, ILogger<AlertEndpoint> log)
{
    /// <summary>Where alerts are taken.</summary>
    public const string Path = "/api/v1/alerts";

    /// <summary>The most bytes of a notification.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>Takes one request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var (status, text) = await AnswerAsync(http).ConfigureAwait(false);
        metrics.AlertRequest(status);
        if (status != StatusCodes.Status200OK)
        {
            log.LogWarning("A notification from {Sender} was answered with {Status}: {Problem}", http.Connection.RemoteIpAddress, status, text);
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text + "\n", http.RequestAborted).ConfigureAwait(false);
    }

    private async Task<(int Status, string Text)> AnswerAsync(HttpContext http)
    {
        try
        {
            if (token?.Accepts(http.Request.Headers.Authorization) == false)
            {
                return (StatusCodes.Status401Unauthorized, "a bearer token is needed, or another one");
            }

            if (!isReady())
            {
                return (StatusCodes.Status503ServiceUnavailable, "the caches are not filled yet");
            }

            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
            var message = AlertmanagerReader.Read(body.GetBuffer().AsSpan(0, (int)body.Length));
            return await take(message, http.RequestAborted).ConfigureAwait(false) ? (StatusCodes.Status200OK, "ok") : (StatusCodes.Status503ServiceUnavailable, "the API server could not be reached; send it again");
        }
        catch (BadMessageException e)
        {
            return (StatusCodes.Status400BadRequest, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            return (e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"a notification may have {MostBytes} bytes at most; lower max_alerts" : e.Message);
        }
        catch (InvalidDataException e)
        {
            log.LogError("Alerts cannot be taken: {Error}", e.Message);
            return (StatusCodes.Status503ServiceUnavailable, "the receiver's token cannot be read");
        }
    }
}
