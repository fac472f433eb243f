using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>The service's settings, as the environment gives them.</summary>
internal sealed record ServeOptions
{
    public required int Port { get; init; }

    public required string Version { get; init; }

    public required MetricsStyle Metrics { get; init; }

    /// <summary>How long requests are still served after SIGTERM, so that nobody is cut off who has not heard of it yet.</summary>
    public required TimeSpan Drain { get; init; }

    public required bool FailAtStart { get; init; }

    /// <summary>The share of requests that fails even when all is well.</summary>
    public required double Noise { get; init; }

    /// <summary>Requests per second that it can serve; null: as many as come. More are turned away with 503.</summary>
    public required double? Capacity { get; init; }

    /// <summary>Whether it says how far it is behind with a queue.</summary>
    public required bool Consumes { get; init; }

    /// <summary>A service that each order is asked of; null: none. Where it fails, so does the order.</summary>
    public required Uri? Upstream { get; init; }

    /// <summary>A file with a fault on each line, <c>error-ratio=0.5</c>, read anew every second; null: none.</summary>
    public required string? SettingsFile { get; init; }

    /// <summary>Faults that are on from the start: kind, value and, for a crash, when.</summary>
    public required IReadOnlyList<(FaultKind Kind, double Value, TimeSpan? Duration)> Faults { get; init; }

    /// <exception cref="SettingException">A variable has a value that cannot be used.</exception>
    public static ServeOptions FromEnvironment(Func<string, string?> environment)
    {
        string? Get(string name) => environment(name) is { Length: > 0 } text ? text : null;

        return new ServeOptions
        {
            Port = Get("PORT") is { } port ? Setting.Integer("PORT", port, 1, 65535) : 8080,
            Version = Get("APP_VERSION") ?? "dev",
            Metrics = ParseStyle(Get("METRICS_STYLE") ?? "prometheus"),
            Drain = TimeSpan.FromSeconds(Get("DRAIN_SECONDS") is { } drain ? Setting.Number("DRAIN_SECONDS", drain, 0, 25) : 3),
            FailAtStart = Get("FAULT_START") switch
            {
                null => false,
                "fail" => true,
                var other => throw new SettingException("FAULT_START", $"must be fail or absent, not \"{other}\""),
            },
            Noise = Get("NOISE_ERROR_RATIO") is { } noise ? Setting.Number("NOISE_ERROR_RATIO", noise, 0, 1) : 0,
            Capacity = Get("CAPACITY_RPS") is { } capacity ? Setting.Number("CAPACITY_RPS", capacity, 0.1, 100_000) : null,
            Consumes = Get("CONSUMES") is { } consumes && Setting.Boolean("CONSUMES", consumes),
            Upstream = Get("UPSTREAM_URL") is { } upstream ? ParseUpstream(upstream) : null,
            SettingsFile = Get("SETTINGS_FILE"),
            Faults = [.. ReadFaults(Get)],
        };
    }

    private static MetricsStyle ParseStyle(string text) => text switch
    {
        "prometheus" => MetricsStyle.Prometheus,
        "opentelemetry" => MetricsStyle.OpenTelemetry,
        _ => throw new SettingException("METRICS_STYLE", $"must be prometheus or opentelemetry, not \"{text}\""),
    };

    private static Uri ParseUpstream(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp
        ? url
        : throw new SettingException("UPSTREAM_URL", $"must be an absolute http URL, not \"{text}\"");

    private static IEnumerable<(FaultKind Kind, double Value, TimeSpan? Duration)> ReadFaults(Func<string, string?> get)
    {
        (string Variable, FaultKind Kind)[] measured =
        [
            ("FAULT_ERROR_RATIO", FaultKind.ErrorRatio),
            ("FAULT_CLIENT_ERROR_RATIO", FaultKind.ClientErrorRatio),
            ("FAULT_LATENCY_MS", FaultKind.Latency),
            ("FAULT_LEAK_MIB_PER_S", FaultKind.MemoryLeak),
            ("FAULT_CPU", FaultKind.CpuBurn),
            ("FAULT_QUEUE_LAG", FaultKind.QueueLag),
        ];
        foreach (var (variable, kind) in measured)
        {
            if (get(variable) is { } text)
            {
                yield return (kind, FaultKinds.ParseValue(kind, variable, text), null);
            }
        }

        if (get("FAULT_HANG") is { } hang && Setting.Boolean("FAULT_HANG", hang))
        {
            yield return (FaultKind.Hang, 1, null);
        }

        if (get("FAULT_READY") is { } ready && !Setting.Boolean("FAULT_READY", ready))
        {
            yield return (FaultKind.NotReady, 1, null);
        }

        var code = get("FAULT_CRASH_CODE") is { } exit ? FaultKinds.ParseValue(FaultKind.Crash, "FAULT_CRASH_CODE", exit) : 1;
        if (get("FAULT_CRASH_AFTER_S") is { } after)
        {
            yield return (FaultKind.Crash, code, TimeSpan.FromSeconds(Setting.Number("FAULT_CRASH_AFTER_S", after, 0, 86_400)));
        }
    }
}
