using Cronos;

namespace ChronosOps.Operator.Detection;

/// <summary>
/// When runs fall due, as the CronJob controller reads a schedule (https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax): five fields, or a word such
/// as <c>@daily</c>. A day of the month beside a day of the week means either of them, and a time that is left out when clocks go forward is no time. Pure.
/// </summary>
public sealed class CronSchedule
{
    private readonly IReadOnlyList<CronExpression> _either;

    private CronSchedule(params IReadOnlyList<CronExpression> either) => _either = either;

    /// <summary>Reads a schedule; null for one that is not understood, <c>@every</c> and a zone within the text among them.</summary>
    public static CronSchedule? Parse(string text)
    {
        string[] fields = [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(field => field == "?" ? "*" : field)];
        try
        {
            return fields is [var minute, var hour, var day, var month, var weekday] && !IsAny(day) && !IsAny(weekday)
                ? new CronSchedule(CronExpression.Parse($"{minute} {hour} {day} {month} *"), CronExpression.Parse($"{minute} {hour} * {month} {weekday}"))
                : new CronSchedule(CronExpression.Parse(string.Join(' ', fields)));
        }
        catch (CronFormatException)
        {
            return null;
        }
    }

    /// <summary>The first time after another one; null where there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone) => _either.Select(one => Next(one, after, zone)).Min();

    /// <summary>Whether a run falls due then.</summary>
    public bool IsDue(DateTimeOffset time, TimeZoneInfo zone) => Next(time.AddTicks(-1), zone) == time;

    /// <summary>Cronos moves what falls into the hour that is left out to the end of it; the controller passes it over.</summary>
    private static DateTimeOffset? Next(CronExpression expression, DateTimeOffset after, TimeZoneInfo zone)
    {
        for (var next = expression.GetNextOccurrence(after, zone); next is { } due; next = expression.GetNextOccurrence(due, zone))
        {
            var clock = DateTime.SpecifyKind(due.DateTime, DateTimeKind.Utc);
            if (expression.GetNextOccurrence(clock, inclusive: true) == clock)
            {
                return due.ToUniversalTime();
            }
        }

        return null;
    }

    /// <summary>A step of more than one is a choice of days, though it begins with a star.</summary>
    private static bool IsAny(string field) => field.Split(',').Any(part => part is "*" or "*/1");
}
