using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>A way to misbehave that can be switched while the process runs.</summary>
internal enum FaultKind
{
    ErrorRatio,
    ClientErrorRatio,
    Latency,
    MemoryLeak,
    MemoryCache,
    CpuBurn,
    Crash,
    Hang,
    NotReady,
    QueueLag,
}

/// <summary>Names and ranges of the faults, in one place for the environment and the endpoint.</summary>
internal static class FaultKinds
{
    private static readonly Dictionary<string, (FaultKind Kind, double Maximum)> ByName = new()
    {
        ["error-ratio"] = (FaultKind.ErrorRatio, 1),
        ["client-error-ratio"] = (FaultKind.ClientErrorRatio, 1),
        ["latency"] = (FaultKind.Latency, 60_000),
        ["memory-leak"] = (FaultKind.MemoryLeak, 1024),
        ["memory-cache"] = (FaultKind.MemoryCache, 1024),
        ["cpu-burn"] = (FaultKind.CpuBurn, 64),
        ["crash"] = (FaultKind.Crash, 255),
        ["hang"] = (FaultKind.Hang, 1),
        ["not-ready"] = (FaultKind.NotReady, 1),
        ["queue-lag"] = (FaultKind.QueueLag, 1e9),
    };

    public static FaultKind Parse(string name) => ByName.TryGetValue(name, out var entry)
        ? entry.Kind
        : throw new SettingException("kind", $"must be one of {string.Join(", ", ByName.Keys)}, not \"{name}\"");

    public static string NameOf(FaultKind kind) => ByName.First(entry => entry.Value.Kind == kind).Key;

    /// <summary>The value in its unit: a ratio, milliseconds, MiB per second, MiB, cores, messages, or an exit code.</summary>
    public static double ParseValue(FaultKind kind, string setting, string text)
    {
        var maximum = ByName[NameOf(kind)].Maximum;
        return kind == FaultKind.Crash ? Setting.Integer(setting, text, 0, (int)maximum) : Setting.Number(setting, text, 0, maximum);
    }
}
