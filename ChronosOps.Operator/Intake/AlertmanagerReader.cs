using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ChronosOps.Operator.Intake;

/// <summary>Reads Alertmanager's notifications. Whatever the bytes are, the outcome is a message or a <see cref="BadMessageException"/>. Pure.</summary>
public static class AlertmanagerReader
{
    private const string Version = "4";
    private const int LongestName = 63;
    private const int LongestWord = 32;
    private const int LongestSummary = 200;

    /// <summary>Before that nobody measured; Alertmanager writes the year 1 where there is no time.</summary>
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The message.</summary>
    /// <exception cref="BadMessageException">It is no notification of that version.</exception>
    public static AlertmanagerMessage Read(ReadOnlySpan<byte> json)
    {
        WrittenMessage? written;
        try
        {
            written = JsonSerializer.Deserialize(json, AlertmanagerJson.Default.WrittenMessage);
        }
        catch (JsonException e)
        {
            throw Unreadable(e);
        }

        if (written is null)
        {
            throw new BadMessageException("body", "must be an object");
        }

        if (written.Version != Version)
        {
            throw new BadMessageException("version", written.Version is { } other ? $"'{Clean(other, LongestWord)}' is not known; this is a receiver for version \"{Version}\"" : $"is missing; must be \"{Version}\"");
        }

        if (written.TruncatedAlerts < 0)
        {
            throw new BadMessageException("truncatedAlerts", "must not be negative");
        }

        var alerts = (written.Alerts ?? throw new BadMessageException("alerts", "is missing")).Select(Alert).ToList();

        // The last word on each: one that is in the list twice has no order otherwise.
        return new AlertmanagerMessage(Clean(written.Receiver ?? "", LongestName), written.TruncatedAlerts ?? 0, [.. alerts.GroupBy(alert => alert.Fingerprint).Select(same => same.Last())]);
    }

    private static ReceivedAlert Alert(WrittenAlert? written, int index)
    {
        var field = $"alerts[{index}]";
        if (written is null)
        {
            throw new BadMessageException(field, "must not be null");
        }

        var resolved = written.Status switch
        {
            "firing" => false,
            "resolved" => true,
            _ => throw new BadMessageException($"{field}.status", "must be firing or resolved"),
        };
        if (written.StartsAt is not { } startsAt || startsAt < Earliest)
        {
            throw new BadMessageException($"{field}.startsAt", "must be a time, since when the alert fires");
        }

        var labels = (written.Labels ?? throw new BadMessageException($"{field}.labels", "is missing"))
            .Where(label => !string.IsNullOrEmpty(label.Value)).ToDictionary(label => label.Key, label => label.Value!, StringComparer.Ordinal);
        return new ReceivedAlert
        {
            Fingerprint = IsFingerprint(written.Fingerprint) ? written.Fingerprint! : FingerprintOf(labels),
            Name = NameOf(labels.GetValueOrDefault("alertname")),
            Resolved = resolved,
            StartsAt = ToTheMillisecond(startsAt),
            EndsAt = resolved && written.EndsAt is { } endsAt && endsAt >= startsAt ? ToTheMillisecond(endsAt) : null,
            Labels = labels,
            Severity = labels.TryGetValue("severity", out var severity) ? Clean(severity, LongestWord) : null,
            Summary = Summary(written.Annotations ?? []),
        };
    }

    /// <summary>It becomes a part of a key, so it must not be anything else.</summary>
    private static bool IsFingerprint(string? text) => text is { Length: >= 8 and <= 64 } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Older Alertmanagers send none: then the labels name the alert, as they do in Alertmanager.</summary>
    private static string FingerprintOf(Dictionary<string, string> labels)
    {
        var text = string.Join('\0', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}\0{label.Value}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    private static string NameOf(string? text)
    {
        var name = string.Concat((text ?? "").Take(LongestName).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or ':' or '-' ? c : '_'));
        return name.Length > 0 ? name : "unnamed";
    }

    private static string? Summary(Dictionary<string, string?> annotations) =>
        new[] { "summary", "description", "message" }.Select(key => annotations.GetValueOrDefault(key)).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text)) is { } found ? Clean(found, LongestSummary) : null;

    /// <summary>On one line, within a length, and without halves of characters, which JSON cannot hold.</summary>
    private static string Clean(string text, int longest)
    {
        var line = new StringBuilder(longest);
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length + rune.Utf16SequenceLength > longest - 1)
            {
                return line.Append('…').ToString();
            }

            line.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return line.ToString().Trim();
    }

    /// <summary>Times are kept to the millisecond: what is read back must equal what was written.</summary>
    private static DateTimeOffset ToTheMillisecond(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <summary>The framework's paths begin with $, and its messages end with the path once more.</summary>
    private static BadMessageException Unreadable(JsonException e)
    {
        var field = e.Path is { Length: > 1 } path ? path.TrimStart('$').TrimStart('.') : "body";
        var end = e.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        return new BadMessageException(Clean(field, LongestSummary), $"cannot be read: {Clean(end < 0 ? e.Message : e.Message[..end], LongestSummary)}");
    }
}
