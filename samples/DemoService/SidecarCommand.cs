using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService;

/// <summary><c>demo sidecar</c>: a second container that is there and does nothing.</summary>
internal static class SidecarCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var options = new OptionList(arguments, "--port");
        await using var app = WebHost.CreateBuilder(options.Integer("--port", 1, 65535) ?? 8081).Build();
        app.Run(static context => context.Request.Path == "/healthz"
            ? WebHost.WriteTextAsync(context, StatusCodes.Status200OK, "ok")
            : WebHost.WriteTextAsync(context, StatusCodes.Status404NotFound, "not found"));
        await app.StartAsync();
        await app.WaitForShutdownAsync();
        return 0;
    }
}
