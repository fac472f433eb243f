using System.Runtime.InteropServices;
using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Load;

/// <summary><c>demo load</c>.</summary>
internal static class LoadCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TimeProvider clock)
    {
        var options = LoadOptions.Parse(arguments);
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

        var output = new JsonLines(Console.Out);
        var tally = new LoadTally(clock.GetUtcNow());
        await using var page = options.Port is { } port ? BuildPage(port, tally, clock) : null;
        if (page is not null)
        {
            await page.StartAsync();
        }

        using var finished = new CancellationTokenSource();
        var summaries = SummariseAsync(output, tally, clock, finished.Token);
        await new LoadGenerator(options, tally, output, clock).RunAsync(stop.Token);
        await finished.CancelAsync();
        await summaries;
        output.Write(json => json.WriteTotal(clock.GetUtcNow(), tally.ReadTotal()));
        return 0;
    }

    private static async Task SummariseAsync(JsonLines output, LoadTally tally, TimeProvider clock, CancellationToken finished)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(finished))
            {
                output.Write(json => json.WriteSecond(clock.GetUtcNow(), tally.TakeSecond()));
            }
        }
        catch (OperationCanceledException)
        {
            // What is left of the last second is in the total.
        }
    }

    private static WebApplication BuildPage(int port, LoadTally tally, TimeProvider clock)
    {
        var app = WebHost.CreateBuilder(port).Build();
        app.Run(context => context.Request.Path.Value switch
        {
            "/summary" => WebHost.WriteAsync(
                context,
                StatusCodes.Status200OK,
                "application/json",
                JsonLines.Format(json => json.WriteTotal(clock.GetUtcNow(), tally.ReadTotal())) + "\n"),
            "/healthz" => WebHost.WriteTextAsync(context, StatusCodes.Status200OK, "ok"),
            _ => WebHost.WriteTextAsync(context, StatusCodes.Status404NotFound, "not found"),
        });
        return app;
    }
}
