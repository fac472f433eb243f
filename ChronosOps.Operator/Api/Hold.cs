using System.Globalization;

namespace ChronosOps.Operator.Api;

/// <summary>What the annotations of a workload say about a person holding it.</summary>
/// <param name="IsHeld">Whether it is held at this moment. What cannot be read counts as held.</param>
/// <param name="Reason">How it is told in a word: Held, HoldUnreadable or HoldOver.</param>
/// <param name="Message">In a sentence.</param>
public sealed record Hold(bool IsHeld, string Reason, string Message)
{
    /// <summary>RFC 3339; without a zone in UTC.</summary>
    private static readonly string[] Times = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    /// <summary>Reads the annotations; null where nobody holds or held the workload.</summary>
    public static Hold? Of(IReadOnlyDictionary<string, string> annotations, DateTimeOffset now)
    {
        if (!annotations.TryGetValue(ApiGroup.HoldAnnotation, out var value) || value == "false")
        {
            return null;
        }

        var because = annotations.TryGetValue(ApiGroup.HoldReasonAnnotation, out var reason) && reason.Length > 0 ? $" ({reason})" : "";
        if (value == "true")
        {
            return new Hold(true, "Held", $"a person holds the workload{because}; `chronosops release` ends it");
        }

        if (!DateTimeOffset.TryParseExact(value, Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until))
        {
            return new Hold(true, "HoldUnreadable", $"{ApiGroup.HoldAnnotation}={value} is neither true, false nor a time such as 2030-01-31T12:00:00Z, so the workload counts as held");
        }

        var end = Until(until);
        return until > now
            ? new Hold(true, "Held", $"a person holds the workload until {end}{because}; `chronosops release` ends it")
            : new Hold(false, "HoldOver", $"the hold ended at {end}");
    }

    /// <summary>A time as the annotation holds it, to the second.</summary>
    public static string Until(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
