using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>Stands between clients and servers, on a real socket. The first part of a path names the line that a request goes through.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, FaultyLine> lines = new();
    private int connections;

    private FaultProxy(WebApplication app) => this.app = app;

    /// <summary>How many connections are open.</summary>
    public int Connections => Volatile.Read(ref connections);

    public static async Task<FaultProxy> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        FaultProxy? proxy = null;
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Use(next => async connection =>
        {
            Interlocked.Increment(ref proxy!.connections);
            try
            {
                await next(connection);
            }
            finally
            {
                Interlocked.Decrement(ref proxy.connections);
            }
        })));
        var app = builder.Build();
        proxy = new FaultProxy(app);
        app.Run(proxy.HandleAsync);
        await app.StartAsync();
        return proxy;
    }

    /// <summary>Begins to serve a line.</summary>
    /// <returns>The address of the API server as a client of this line sees it.</returns>
    public string Open(FaultyLine line)
    {
        lines[line.Id] = line;
        return $"{app.Urls.First()}/{line.Id}";
    }

    public void Close(FaultyLine line) => lines.TryRemove(line.Id, out _);

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(hurry.Token);
        await app.DisposeAsync();
    }

    private Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Split('/', 3);
        if (lines.TryGetValue(path[1], out var line))
            return line.HandleAsync(context, "/" + path[2]);
        context.Abort();
        return Task.CompletedTask;
    }
}
