using System.Globalization;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>Counts every call of another service exactly once, with its duration, by OpenTelemetry's conventions for HTTP clients.</summary>
internal sealed class CallMetrics
{
    private readonly Durations<CallKey> durations = new();

    /// <summary>Counts a call.</summary>
    /// <param name="url">Where it went.</param>
    /// <param name="status">What it was answered with; null: not at all.</param>
    /// <param name="error">Why it was not answered; null where it was.</param>
    /// <param name="duration">How long it took.</param>
    public void Observe(Uri url, int? status, string? error, TimeSpan duration)
    {
        var code = status?.ToString(CultureInfo.InvariantCulture) ?? "";
        durations.Observe(new CallKey(url.Host, url.Port, code, error ?? (status >= StatusCodes.Status400BadRequest ? code : "")), duration);
    }

    public IReadOnlyList<(CallKey Key, DurationSnapshot Values)> Read() => [.. durations.Read().OrderBy(entry => entry.Key.ToString(), StringComparer.Ordinal)];

    /// <param name="Address">The host that was called.</param>
    /// <param name="Port">Its port.</param>
    /// <param name="Status">Empty: no answer.</param>
    /// <param name="Error">Empty: none.</param>
    internal readonly record struct CallKey(string Address, int Port, string Status, string Error);
}
