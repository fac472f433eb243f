using System.Text.Json;
using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Discover;

/// <summary><c>demo discover</c>: tells a Prometheus beside it which pods and nodes there are.</summary>
internal static class DiscoverCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var options = new OptionList(arguments, "--port");
        using var api = new ClusterApi();
        await using var app = WebHost.CreateBuilder(options.Integer("--port", 1, 65535) ?? 9099, loopbackOnly: true).Build();
        // resourceVersion=0: from the API server's memory, which may lag a moment and costs etcd nothing.
        app.Run(context => context.Request.Path.Value switch
        {
            "/pods" => AnswerAsync(context, api, "/api/v1/pods?resourceVersion=0", Targets.WritePods),
            "/nodes" => AnswerAsync(context, api, "/api/v1/nodes?resourceVersion=0", Targets.WriteNodes),
            _ => WebHost.WriteTextAsync(context, StatusCodes.Status404NotFound, "use /pods or /nodes"),
        });
        await app.StartAsync();
        await app.WaitForShutdownAsync();
        return 0;
    }

    // Prometheus keeps the targets that it has when this fails.
    private static async Task AnswerAsync(HttpContext context, ClusterApi api, string path, Action<Utf8JsonWriter, JsonElement> write)
    {
        try
        {
            using var list = await api.GetAsync(path, context.RequestAborted);
            using var body = new MemoryStream();
            await using (var json = new Utf8JsonWriter(body))
            {
                write(json, list.RootElement);
            }

            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(body.ToArray(), context.RequestAborted);
        }
        catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            await Console.Error.WriteLineAsync($"error: {path}: {failed.Message}");
            await WebHost.WriteTextAsync(context, StatusCodes.Status503ServiceUnavailable, failed.Message);
        }
    }
}
