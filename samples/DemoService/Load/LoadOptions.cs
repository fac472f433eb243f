using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Load;

/// <summary>What the load generator does.</summary>
internal sealed record LoadOptions
{
    public required Uri Url { get; init; }

    public required double RequestsPerSecond { get; init; }

    /// <summary>Requests start at random, as many independent users have it (a Poisson process), drawn with this seed; null: at equal distances.</summary>
    public required int? RandomSeed { get; init; }

    /// <summary>Null: until it is stopped.</summary>
    public required TimeSpan? Duration { get; init; }

    public required int? Port { get; init; }

    /// <summary>Null: no answer is too slow.</summary>
    public required TimeSpan? Slow { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required int MaximumInFlight { get; init; }

    /// <exception cref="SettingException">An option is missing or cannot be used.</exception>
    public static LoadOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new OptionList(arguments, "--url", "--rps", "--random", "--duration", "--port", "--slow-ms", "--timeout-ms", "--max-in-flight");
        return new LoadOptions
        {
            Url = ParseUrl(options.Text("--url")),
            RequestsPerSecond = options.Number("--rps", 0.1, 2000) ?? 20,
            RandomSeed = options.Integer("--random", 0, int.MaxValue),
            Duration = options.Number("--duration", 0.1, 1e7) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Port = options.Integer("--port", 1, 65535),
            Slow = options.Integer("--slow-ms", 1, 600_000) is { } slow ? TimeSpan.FromMilliseconds(slow) : null,
            Timeout = TimeSpan.FromMilliseconds(options.Integer("--timeout-ms", 1, 600_000) ?? 2000),
            MaximumInFlight = options.Integer("--max-in-flight", 1, 100_000) ?? 256,
        };
    }

    private static Uri ParseUrl(string? text)
    {
        if (text is null)
        {
            throw new SettingException("--url", "is required, for instance --url http://10.0.0.7:8080/api/orders");
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp
            ? url
            : throw new SettingException("--url", $"must be an absolute http URL, not \"{text}\"");
    }
}
