using System.Net;

namespace ChronosOps.Samples.DemoService.Common;

/// <summary>The smallest Kestrel that serves one delegate on one port.</summary>
internal static class WebHost
{
    public static WebApplicationBuilder CreateBuilder(int port, bool loopbackOnly = false)
    {
        // Nothing is read from files, and a watcher each would use up the node's inotify instances.
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (loopbackOnly)
            {
                kestrel.Listen(IPAddress.Loopback, port);
            }
            else
            {
                kestrel.ListenAnyIP(port);
            }
        });
        // Without this, addresses from the environment would be listened on as well and warned about.
        builder.WebHost.UseSetting("urls", string.Empty);
        builder.WebHost.UseSetting("http_ports", string.Empty);
        return builder;
    }

    public static Task WriteAsync(HttpContext context, int status, string contentType, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(body, context.RequestAborted);
    }

    public static Task WriteTextAsync(HttpContext context, int status, string body) =>
        WriteAsync(context, status, "text/plain; charset=utf-8", body + "\n");
}
