using System.IO.Pipelines;
using System.Net;
using System.Text;

namespace ChronosOps.Kubernetes.Tests;

internal sealed partial class MemoryApiServer
{
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromSeconds(60);

    private HttpResponseMessage Watch(Dictionary<string, string> query, CancellationToken ct)
    {
        var initial = query.GetValueOrDefault("sendInitialEvents") == "true";
        if (initial && !streamsLists)
            return Answer(422, Json.NoStreamedLists);
        var from = long.TryParse(query.GetValueOrDefault("resourceVersion"), out var at) ? at : 0;
        var duration = TimeSpan.FromSeconds(int.Parse(query["timeoutSeconds"]));
        var pipe = new Pipe();
        _ = FeedAsync(pipe.Writer, from, initial, duration, ct);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(pipe.Reader.AsStream()) };
    }

    private async Task FeedAsync(PipeWriter writer, long from, bool initial, TimeSpan duration, CancellationToken ct)
    {
        try
        {
            if (initial)
                from = await SendInitialAsync(writer, ct);
            await SendChangesAsync(writer, from, duration, ct);
        }
        catch (OperationCanceledException)
        {
            // The reader has gone.
        }
        await writer.CompleteAsync();
    }

    private async Task<long> SendInitialAsync(PipeWriter writer, CancellationToken ct)
    {
        var text = new StringBuilder();
        long at;
        lock (gate)
        {
            at = version;
            foreach (var obj in objects.Values)
                text.Append($$"""{"type":"ADDED","object":{{obj.ToJsonString()}} }""").Append('\n');
        }
        text.Append(Bookmark(at, ""","annotations":{"k8s.io/initial-events-end":"true"}"""));
        await writer.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), ct);
        return at;
    }

    private async Task SendChangesAsync(PipeWriter writer, long from, TimeSpan duration, CancellationToken ct)
    {
        var (started, bookmarked) = (time.GetTimestamp(), time.GetTimestamp());
        lock (gate)
        {
            if (from < compacted)
                from = -1;
        }
        if (from < 0)
        {
            await writer.WriteAsync(Encoding.UTF8.GetBytes($$"""{"type":"ERROR","object":{{FailureStatus(410, "Expired")}} }""" + "\n"), ct);
            return;
        }
        while (time.GetElapsedTime(started) < duration)
        {
            string text;
            Task more;
            lock (gate)
            {
                text = string.Concat(history.Where(change => change.Version > from).Select(change => change.Line));
                (from, more) = (version, changed.Task);
            }
            if (text.Length == 0 && time.GetElapsedTime(bookmarked) >= BookmarkPeriod)
            {
                text = Bookmark(from);
                bookmarked = time.GetTimestamp();
            }
            if (text.Length > 0)
            {
                if ((await writer.WriteAsync(Encoding.UTF8.GetBytes(text), ct)).IsCompleted)
                    return; // nobody reads
            }
            else
                await Task.WhenAny(more, Task.Delay(TimeSpan.FromSeconds(20), time, ct));
            ct.ThrowIfCancellationRequested();
        }
    }

    private static string Bookmark(long at, string extra = "") =>
        $$"""{"type":"BOOKMARK","object":{"kind":"Probe","apiVersion":"faults.test.chronosops.io/v1","metadata":{"resourceVersion":"{{at}}"{{extra}} } } }""" + "\n";
}
