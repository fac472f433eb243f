using System.Text.Json;
using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Load;

/// <summary>How outcomes and summaries look as JSON.</summary>
internal static class LoadReport
{
    public static void Write(this Utf8JsonWriter json, RequestOutcome outcome)
    {
        json.WriteString("time", JsonLines.Time(outcome.Sent));
        json.WriteString("kind", outcome.Kind switch
        {
            OutcomeKind.Slow => "slow",
            OutcomeKind.Status => "status",
            OutcomeKind.Timeout => "timeout",
            _ => "connect",
        });
        if (outcome.Status is { } status)
        {
            json.WriteNumber("status", status);
        }

        json.WriteNumber("ms", Math.Round(outcome.Duration.TotalMilliseconds));
        if (outcome.Error is { } error)
        {
            json.WriteString("error", error);
        }
    }

    public static void WriteSecond(this Utf8JsonWriter json, DateTimeOffset now, LoadTally.Summary summary)
    {
        json.WriteString("time", JsonLines.Time(now));
        WriteCounts(json, summary.Counts);
        if (summary.P95Milliseconds is { } p95)
        {
            json.WriteNumber("p95ms", Math.Round(p95));
        }
        else
        {
            json.WriteNull("p95ms");
        }
    }

    public static void WriteTotal(this Utf8JsonWriter json, DateTimeOffset now, LoadTally.Summary summary)
    {
        json.WriteString("time", JsonLines.Time(now));
        json.WriteBoolean("total", true);
        json.WriteString("started", JsonLines.Time(summary.Started));
        WriteCounts(json, summary.Counts);
        WriteTime(json, "firstFailure", summary.FirstBad);
        WriteTime(json, "lastFailure", summary.LastBadEnd);
    }

    private static void WriteCounts(Utf8JsonWriter json, LoadTally.Counts counts)
    {
        json.WriteNumber("ok", counts.Ok);
        json.WriteNumber("failed", counts.Failed);
        json.WriteNumber("slow", counts.Slow);
        json.WriteNumber("dropped", counts.Dropped);
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, JsonLines.Time(known));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
