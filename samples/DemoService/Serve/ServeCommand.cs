using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary><c>demo serve</c>.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TimeProvider clock)
    {
        _ = new OptionList(arguments);
        var options = ServeOptions.FromEnvironment(Environment.GetEnvironmentVariable);
        if (options.FailAtStart)
        {
            await Console.Error.WriteLineAsync($"fatal: version {options.Version} cannot start: setting \"inventory.endpoint\" is missing");
            return 1;
        }

        await using var app = Build(options, clock);
        await app.StartAsync();
        Console.WriteLine($"demo {options.Version} listens on port {options.Port}");
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static WebApplication Build(ServeOptions options, TimeProvider clock)
    {
        var faults = new FaultBoard(clock);
        foreach (var (kind, value, duration) in options.Faults)
        {
            faults.Set(kind, value, duration);
        }

        var readiness = new Readiness(options.Drain, clock);
        var builder = WebHost.CreateBuilder(options.Port);
        builder.Services.AddSingleton<IHostedService>(readiness);
        builder.Services.AddSingleton<IHostedService>(new FaultEffects(faults, clock));
        if (options.SettingsFile is { } settings)
        {
            builder.Services.AddSingleton<IHostedService>(new SettingsFile(settings, faults, clock));
        }

        var app = builder.Build();
        var demo = new DemoApplication(options, faults, new RequestMetrics(), new CallMetrics(), new Capacity(options.Capacity, clock), readiness, clock);
        app.Run(demo.HandleAsync);
        return app;
    }
}
