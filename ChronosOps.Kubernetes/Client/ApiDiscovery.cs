using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes;

/// <summary>What the server has. Yes is remembered for five minutes, no for half a minute: CRDs are often installed just then.</summary>
internal sealed class ApiDiscovery(RequestSender sender, TimeProvider time)
{
    private static readonly TimeSpan Present = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Absent = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, (bool Found, long At)> known = new();

    public async Task<bool> SupportsAsync(string group, string version, string plural, CancellationToken ct)
    {
        var path = group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";
        var key = $"{path}/{plural}";
        if (known.TryGetValue(key, out var answer) && time.GetElapsedTime(answer.At) < (answer.Found ? Present : Absent))
            return answer.Found;
        var found = await ListsAsync(path, plural, ct).ConfigureAwait(false);
        known[key] = (found, time.GetTimestamp());
        return found;
    }

    public async Task<Version> ServerVersionAsync(CancellationToken ct)
    {
        var answer = await sender.SendJsonAsync(new ApiRequest(HttpMethod.Get, "/version"), ct).ConfigureAwait(false) as JsonObject;
        return new Version(Number(answer, "major"), Number(answer, "minor"));
    }

    private async Task<bool> ListsAsync(string path, string plural, CancellationToken ct)
    {
        try
        {
            var answer = await sender.SendJsonAsync(new ApiRequest(HttpMethod.Get, path), ct).ConfigureAwait(false) as JsonObject;
            return answer?["resources"] is JsonArray resources
                && resources.Any(resource => resource is JsonObject entry && entry["name"] is JsonValue name && name.TryGetValue<string>(out var text) && text == plural);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>Hosted clusters say "27+".</summary>
    private static int Number(JsonObject? answer, string field)
    {
        var digits = string.Concat(((string?)answer?[field] ?? "").TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, out var number) ? number : throw new KubernetesException(0, $"GET /version: the field \"{field}\" is not a number");
    }
}
