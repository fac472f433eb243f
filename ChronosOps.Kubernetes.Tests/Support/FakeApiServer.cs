using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>A request as the fake server saw it.</summary>
internal sealed record SeenRequest(string Method, string Path, IReadOnlyDictionary<string, string> Query, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public bool IsWatch => Query.GetValueOrDefault("watch") == "true";

    /// <summary>Whether the watch is to begin with everything there is.</summary>
    public bool IsStreamedList => Query.GetValueOrDefault("sendInitialEvents") == "true";

    public string? Parameter(string name) => Query.GetValueOrDefault(name);
}

/// <summary>A web server in this process that answers as each test says, one scripted answer after the other.</summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> lists = new();
    private readonly ConcurrentQueue<Func<HttpContext, Task>> watches = new();
    private readonly ConcurrentQueue<SeenRequest> seen = new();

    private int openWatches;

    private FakeApiServer(WebApplication app) => this.app = app;

    /// <summary>How many watches go on.</summary>
    public int OpenWatches => Volatile.Read(ref openWatches);

    public IReadOnlyList<SeenRequest> Seen => [.. seen];

    public IReadOnlyList<SeenRequest> SeenLists => [.. seen.Where(request => request.Method == "GET" && !request.IsWatch)];

    /// <summary>Watches, without those that a server before 1.27 refuses.</summary>
    public IReadOnlyList<SeenRequest> SeenWatches => [.. seen.Where(request => request.IsWatch && (StreamsLists || !request.IsStreamedList))];

    /// <summary>Whether this is a server that knows <c>sendInitialEvents</c>.</summary>
    public bool StreamsLists { get; set; }

    public KubernetesClientConfiguration Configuration => new() { Host = app.Urls.First() };

    public static async Task<FakeApiServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FakeApiServer(app);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>The next answer to anything but a watch.</summary>
    public FakeApiServer Answers(int status, string body, params (string Name, string Value)[] headers)
    {
        lists.Enqueue(context =>
        {
            foreach (var (name, value) in headers)
                context.Response.Headers[name] = value;
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(body);
        });
        return this;
    }

    public FakeApiServer AnswersList(string version, params string[] items) =>
        Answers(200, $$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"{{version}}"},"items":[{{string.Join(',', items)}}]}""");

    /// <summary>The next watch: these lines, then the end as told.</summary>
    public FakeApiServer Watches(WatchEnd end, params string[] lines)
    {
        watches.Enqueue(async context =>
        {
            await context.Response.StartAsync();
            await context.Response.Body.FlushAsync();
            foreach (var line in lines)
            {
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line));
                await context.Response.Body.FlushAsync();
            }
            if (end == WatchEnd.Silence)
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            else if (end == WatchEnd.Cut)
                context.Abort();
        });
        return this;
    }

    /// <summary>The next watch: lines when the test gives them, and a clean end after the last one.</summary>
    public FakeApiServer Watches(ChannelReader<string> lines)
    {
        watches.Enqueue(async context =>
        {
            await context.Response.StartAsync();
            await context.Response.Body.FlushAsync();
            await foreach (var line in lines.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line));
                await context.Response.Body.FlushAsync();
            }
        });
        return this;
    }

    public FakeApiServer RefusesWatch(int status, string body)
    {
        watches.Enqueue(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(hurry.Token);
        await app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = new SeenRequest(
            context.Request.Method,
            context.Request.Path,
            context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
            await reader.ReadToEndAsync(),
            context.Request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()));
        seen.Enqueue(request);
        if (request.IsStreamedList && !StreamsLists)
        {
            context.Response.StatusCode = 422;
            await context.Response.WriteAsync(Json.NoStreamedLists);
            return;
        }
        Interlocked.Add(ref openWatches, request.IsWatch ? 1 : 0);
        try
        {
            await AnswerAsync(context, request);
        }
        finally
        {
            Interlocked.Add(ref openWatches, request.IsWatch ? -1 : 0);
        }
    }

    private async Task AnswerAsync(HttpContext context, SeenRequest request)
    {
        var script = request.IsWatch ? watches : lists;
        if (script.TryDequeue(out var answer))
            await answer(context);
        else if (request.IsWatch)
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        else
            context.Response.StatusCode = 599;
    }
}

/// <summary>How a scripted watch ends.</summary>
internal enum WatchEnd
{
    Clean,
    Cut,
    Silence,
}
