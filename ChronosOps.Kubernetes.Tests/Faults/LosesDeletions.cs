using System.IO.Pipelines;
using System.Text;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>A client with a defect: it does not hear of deletions. The randomised runs must notice.</summary>
internal sealed class LosesDeletions : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (!request.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal))
            return response;
        var pipe = new Pipe();
        _ = CopyAsync(response.Content, pipe.Writer);
        response.Content = new StreamContent(pipe.Reader.AsStream());
        return response;
    }

    private static async Task CopyAsync(HttpContent content, PipeWriter writer)
    {
        Exception? end = null;
        try
        {
            using var reader = new StreamReader(await content.ReadAsStreamAsync());
            while (await reader.ReadLineAsync() is { } line)
            {
                if (!line.Contains("DELETED", StringComparison.Ordinal) && (await writer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"))).IsCompleted)
                    break;
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException)
        {
            end = new IOException("cut", e);
        }
        await writer.CompleteAsync(end);
        content.Dispose();
    }
}
