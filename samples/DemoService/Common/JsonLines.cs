using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ChronosOps.Samples.DemoService.Common;

/// <summary>Writes whole JSON objects, one per line, from many threads.</summary>
internal sealed class JsonLines(TextWriter output)
{
    private readonly Lock gate = new();

    public void Write(Action<Utf8JsonWriter> members)
    {
        var line = Format(members);
        lock (gate)
        {
            output.Write(line + "\n");
            output.Flush();
        }
    }

    public static string Format(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>UTC with milliseconds and a Z, which sorts as text.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
