using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace ChronosOps.Operator.Tests.Cli;

/// <summary>As much of an API server as the command line needs: objects by path, merge patches, and failures on demand.</summary>
internal sealed class FakeIncidentServer : IAsyncDisposable
{
    private readonly Dictionary<string, JsonObject> _objects = [];
    private readonly Lock _lock = new();
    private TestHttpServer? _server;

    public List<string> Writes { get; } = [];

    /// <summary>Answered instead of everything else, when not 0.</summary>
    public int FailWith { get; set; }

    /// <summary>As a server answers for a kind that it does not have: 404 in plain text.</summary>
    public bool KnowsNoKinds { get; set; }

    public int Requests { get; private set; }

    /// <summary>Runs before every request, with its number.</summary>
    public Action<int>? Before { get; set; }

    public Uri Url => _server!.Url;

    public static async Task<FakeIncidentServer> StartAsync()
    {
        var fake = new FakeIncidentServer();
        fake._server = await TestHttpServer.StartAsync(fake.AnswerAsync);
        return fake;
    }

    public void Put(Incident incident) => Put($"/apis/chronosops.io/v1alpha1/namespaces/{incident.Metadata.NamespaceProperty}/incidents/{incident.Metadata.Name}", JsonSerializer.SerializeToNode(incident, ApiResources.Incidents.Json)!.AsObject());

    public void Put(RemediationPolicy policy) => Put($"/apis/chronosops.io/v1alpha1/namespaces/{policy.Metadata.NamespaceProperty}/remediationpolicies/{policy.Metadata.Name}", JsonSerializer.SerializeToNode(policy, ApiResources.Policies.Json)!.AsObject());

    public void Put(string path, JsonObject value)
    {
        lock (_lock)
        {
            _objects[path] = value;
        }
    }

    public void Remove(string path)
    {
        lock (_lock)
        {
            _objects.Remove(path);
        }
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var label = context.Request.Query["labelSelector"].ToString();
        Before?.Invoke(++Requests);
        if (KnowsNoKinds)
        {
            context.Response.StatusCode = 404;
            await context.Response.WriteAsync("404 page not found\n");
            return;
        }

        var (method, path) = (context.Request.Method, context.Request.Path.Value!);
        var body = method == "GET" ? null : await JsonNode.ParseAsync(context.Request.Body);
        JsonNode? answer;
        lock (_lock)
        {
            answer = FailWith != 0 ? null : Answer(method, path, body, label);
            if (method != "GET")
            {
                Writes.Add($"{method} {path} {context.Request.ContentType} {body?.ToJsonString()}");
            }
        }

        context.Response.StatusCode = FailWith != 0 ? FailWith : answer is null ? 404 : method == "POST" ? 201 : 200;
        context.Response.ContentType = "application/json";
        answer ??= new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["message"] = $"{path}: no", ["reason"] = "NotFound", ["code"] = context.Response.StatusCode };
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private JsonNode? Answer(string method, string path, JsonNode? body, string label)
    {
        if (method == "POST")
        {
            return body;
        }

        if (_objects.TryGetValue(path, out var found))
        {
            if (body?["data"] is JsonObject data)
            {
                found["data"] = data.DeepClone();
            }

            return found.DeepClone();
        }

        var plural = path[(path.LastIndexOf('/') + 1)..];
        return plural is not ("incidents" or "remediationpolicies" or "deployments" or "statefulsets" or "daemonsets" or "configmaps")
            ? null
            : new JsonObject
            {
                ["kind"] = "List",
                ["apiVersion"] = "chronosops.io/v1alpha1",
                ["metadata"] = new JsonObject { ["resourceVersion"] = "1" },
                ["items"] = new JsonArray([.. _objects.Where(o => o.Key.Contains($"/{plural}/", StringComparison.Ordinal) && (!path.Contains("/namespaces/", StringComparison.Ordinal) || o.Key.StartsWith(path + "/", StringComparison.Ordinal)) && Has(o.Value, label)).Select(o => o.Value.DeepClone())]),
            };
    }

    private static bool Has(JsonObject found, string label) =>
        label.Length == 0 || (label.Split('=') is [var key, var value] && (string?)found["metadata"]?["labels"]?[key] == value);
}
