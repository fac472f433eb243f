using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>
/// Probes in memory, served as an API server does: versions, pages of one snapshot, watches from a version with bookmarks and an
/// end, streamed lists, conflicts, a status subresource, and compaction, after which old versions and tokens are gone.
/// </summary>
internal sealed partial class MemoryApiServer(TimeProvider time, bool streamsLists) : HttpMessageHandler
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, JsonObject> objects = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Line)> history = [];
    private readonly Dictionary<string, (long Version, List<string> Items)> pages = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long version = 1000;
    private long compacted;

    /// <summary>Forgets what was before now.</summary>
    public void Compact()
    {
        lock (gate)
        {
            compacted = version;
            pages.Clear();
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken)) as JsonObject;
        var query = QueryHelpers.ParseQuery(request.RequestUri!.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        var rest = request.RequestUri.AbsolutePath.Split("/probes", 2)[1].Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (rest.Length == 0 && query.GetValueOrDefault("watch") == "true")
            return Watch(query, cancellationToken);
        lock (gate)
        {
            return (request.Method.Method, rest) switch
            {
                ("GET", []) => List(query),
                ("GET", [var name]) => objects.TryGetValue(name, out var known) ? Answer(200, known.ToJsonString()) : Failure(404, "NotFound"),
                ("POST", []) => Create(body!),
                ("PUT", [var name, .. var sub]) => Replace(name, body!, sub is ["status"]),
                ("DELETE", [var name]) => Delete(name),
                _ => Failure(405, "MethodNotAllowed"),
            };
        }
    }

    private HttpResponseMessage List(Dictionary<string, string> query)
    {
        var (token, offset) = query.GetValueOrDefault("continue")?.Split(':') is [var id, var at] ? (id, int.Parse(at)) : (null, 0);
        if (token is not null && !pages.ContainsKey(token))
            return Failure(410, "Expired");
        var limit = int.TryParse(query.GetValueOrDefault("limit"), out var wanted) ? wanted : int.MaxValue;
        token ??= $"{version}-{pages.Count}";
        if (!pages.TryGetValue(token, out var snapshot))
            pages[token] = snapshot = (version, objects.Values.Select(obj => obj.ToJsonString()).ToList());
        var items = snapshot.Items.Skip(offset).Take(limit).ToList();
        var next = offset + items.Count < snapshot.Items.Count ? $"{token}:{offset + items.Count}" : "";
        return Answer(200, $$"""{"kind":"ProbeList","apiVersion":"faults.test.chronosops.io/v1","metadata":{"resourceVersion":"{{snapshot.Version}}","continue":"{{next}}"},"items":[{{string.Join(',', items)}}]}""");
    }

    private HttpResponseMessage Create(JsonObject sent)
    {
        var name = (string)sent["metadata"]!["name"]!;
        if (objects.ContainsKey(name))
            return Failure(409, "AlreadyExists");
        sent.Remove("status");
        sent["metadata"]!["uid"] = Guid.NewGuid().ToString();
        return Store(name, sent, "ADDED");
    }

    private HttpResponseMessage Replace(string name, JsonObject sent, bool status)
    {
        if (!objects.TryGetValue(name, out var known))
            return Failure(404, "NotFound");
        if (sent["metadata"]!["resourceVersion"] is { } at && (string?)at != (string?)known["metadata"]!["resourceVersion"])
            return Failure(409, "Conflict");
        var next = known.DeepClone().AsObject();
        var part = status ? "status" : "spec";
        next[part] = sent[part]?.DeepClone();
        return JsonNode.DeepEquals(next, known) ? Answer(200, known.ToJsonString()) : Store(name, next, "MODIFIED");
    }

    private HttpResponseMessage Delete(string name)
    {
        if (!objects.Remove(name, out var known))
            return Failure(404, "NotFound");
        known["metadata"]!["resourceVersion"] = $"{++version}";
        Announce("DELETED", known);
        return Answer(200, known.ToJsonString());
    }

    private HttpResponseMessage Store(string name, JsonObject obj, string change)
    {
        obj["metadata"]!["resourceVersion"] = $"{++version}";
        objects[name] = obj;
        Announce(change, obj);
        return Answer(200, obj.ToJsonString());
    }

    private void Announce(string change, JsonObject obj)
    {
        history.Add((version, $$"""{"type":"{{change}}","object":{{obj.ToJsonString()}} }""" + "\n"));
        var waiting = changed;
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.SetResult();
    }

    private static HttpResponseMessage Failure(int code, string reason) => Answer(code, FailureStatus(code, reason));

    internal static string FailureStatus(int code, string reason) =>
        $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"{{reason}}","reason":"{{reason}}","code":{{code}} }""";

    private static HttpResponseMessage Answer(int code, string json) =>
        new((HttpStatusCode)code) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
