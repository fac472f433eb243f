using System.Text;
using Microsoft.AspNetCore.Http;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>One request and its answer, with at most one fault.</summary>
/// <param name="context">The client's side.</param>
/// <param name="server">The server's side.</param>
/// <param name="fault">What goes wrong.</param>
/// <param name="after">After how many lines of a watch.</param>
internal sealed class FaultyExchange(HttpContext context, HttpMessageInvoker server, Fault fault, int after)
{
    public async Task RunAsync(string path, bool isWatch, CancellationToken ct)
    {
        switch (fault)
        {
            case Fault.Cut:
                context.Abort();
                return;
            case Fault.Silence:
                await Task.Delay(Timeout.Infinite, ct);
                return;
            case Fault.Throttled:
                context.Response.Headers.RetryAfter = "1";
                await FailAsync(429, "TooManyRequests", ct);
                return;
            case Fault.Failed:
                await FailAsync(500, "InternalError", ct);
                return;
            case Fault.Unavailable:
                context.Response.StatusCode = 503;
                return;
            case Fault.Gone:
                await FailAsync(410, "Expired", ct);
                return;
        }
        using var request = await RequestAsync(path, ct);
        using var response = await server.SendAsync(request, ct);
        if (fault == Fault.LostAnswer)
        {
            context.Abort();
            return;
        }
        if (fault == Fault.FailedAfterwards)
        {
            await FailAsync(500, "InternalError", ct);
            return;
        }
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = "application/json";
        if (response.Headers.RetryAfter is { } retry)
            context.Response.Headers.RetryAfter = retry.ToString();
        if (isWatch && response.IsSuccessStatusCode)
            await CopyLinesAsync(response, ct);
        else
            await CopyAsync(await response.Content.ReadAsByteArrayAsync(ct), ct);
    }

    private async Task<HttpRequestMessage> RequestAsync(string path, CancellationToken ct)
    {
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), "http://upstream" + path + context.Request.QueryString);
        request.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, ct);
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }
        return request;
    }

    private Task FailAsync(int code, string reason, CancellationToken ct)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(MemoryApiServer.FailureStatus(code, reason), ct);
    }

    private async Task CopyAsync(byte[] body, CancellationToken ct)
    {
        if (fault == Fault.HalfBody)
        {
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), ct);
            await context.Response.Body.FlushAsync(ct);
            context.Abort();
        }
        else
        {
            await WriteAsync(body, ct);
        }
    }

    private async Task CopyLinesAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await context.Response.StartAsync(ct);
        await context.Response.Body.FlushAsync(ct);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(ct));
        for (var i = 0; await reader.ReadLineAsync(ct) is { } line; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(line + "\n");
            if (i == after && await EndsAsync(bytes, ct))
                return;
            await WriteAsync(bytes, ct);
        }
    }

    /// <summary>Does to this place of the stream what is to be done; true: that was its end.</summary>
    private async Task<bool> EndsAsync(byte[] line, CancellationToken ct)
    {
        switch (fault)
        {
            case Fault.CutStream:
                context.Abort();
                return true;
            case Fault.EndStream:
                return true;
            case Fault.SilentStream:
                await Task.Delay(Timeout.Infinite, ct);
                return true;
            case Fault.HalfLine:
                await WriteAsync(line.AsMemory(0, line.Length / 2).ToArray(), ct);
                context.Abort();
                return true;
            case Fault.ErrorGone or Fault.ErrorFailed:
                var status = fault == Fault.ErrorGone ? MemoryApiServer.FailureStatus(410, "Expired") : MemoryApiServer.FailureStatus(500, "InternalError");
                await WriteAsync(Encoding.UTF8.GetBytes(Json.Line("ERROR", status)), ct);
                return true;
            case Fault.GarbledLine:
                await WriteAsync(Encoding.UTF8.GetBytes("""{"type":"MODIFIED","object":{"metadata":""" + "\n"), ct);
                return false;
            case Fault.Undecodable:
                await WriteAsync(Encoding.UTF8.GetBytes(Json.Line("ADDED", """{"metadata":{"name":"ghost","namespace":"ghost","uid":"ghost"},"spec":{"size":{} } }""")), ct);
                return false;
            default:
                return false;
        }
    }

    private async Task WriteAsync(byte[] bytes, CancellationToken ct)
    {
        var piece = fault == Fault.Slow ? Math.Max(1, bytes.Length / 10) : bytes.Length;
        for (var at = 0; at < bytes.Length; at += piece)
        {
            await context.Response.Body.WriteAsync(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)), ct);
            await context.Response.Body.FlushAsync(ct);
            if (fault == Fault.Slow)
                await Task.Delay(1, ct);
        }
    }
}
