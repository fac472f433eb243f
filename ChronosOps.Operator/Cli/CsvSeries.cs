using System.Globalization;

namespace ChronosOps.Operator.Cli;

/// <summary>A row of a recorded series. A value that is empty or NaN is NaN: the row is there, and there is nothing to judge.</summary>
/// <param name="TimeText">The time as it was written.</param>
/// <param name="ValueText">The value as it was written.</param>
/// <param name="Seconds">The time in seconds since 1970, UTC.</param>
/// <param name="Value">The value.</param>
internal readonly record struct CsvRow(string TimeText, string ValueText, double Seconds, double Value);

/// <summary>
/// Reads a series line by line: <c>timestamp,value</c>, more columns are ignored. The first line may be a header, which may name the two
/// columns in another order; it is one if its time cell is no time. Empty lines are skipped. A cell in quotes may hold commas. Times are ISO 8601, with T or a blank, without a zone UTC; or
/// seconds, milliseconds, microseconds or nanoseconds since 1970.
/// </summary>
internal sealed class CsvSeries
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFF K", "yyyy-MM-dd HH:mm:ss.FFFFFFF 'UTC'", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd",
        "yyyy/M/d H:mm:ss.FFFFFFFK", "yyyy/M/d H:mmK", "yyyy-MM-dd HH:mm:ss.FFFFFFFzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzz",
        "yyyy-M-d H:mm:ss.FFFFFFFK", "yyyy-M-d H:mmK", "yyyy-MM-dd HH:mm:ss.FFFFFFF 'GMT'", "yyyy-MM-dd HH:mm:ss.FFFFFFF K 'UTC'", "yyyyMMdd'T'HHmmssK",
    ];

    private int _line;
    private bool _begun;
    private int _time;
    private int _value = 1;

    /// <summary>Reads the next line.</summary>
    /// <returns>False if the line is no row: a header, or empty.</returns>
    /// <exception cref="CliException">It is not a row of a series; the message names the line.</exception>
    public bool Read(string line, out CsvRow row)
    {
        _line++;
        row = default;
        if (string.IsNullOrWhiteSpace(line))
        {
            return false;
        }

        var first = !_begun;
        _begun = true;
        var cells = Cells(line.TrimStart('\uFEFF'));
        if (cells.Length <= Math.Max(_time, _value))
        {
            throw Refuse($"'{Shown(line)}' is not timestamp,value");
        }

        var (time, value) = (cells[_time], cells[_value]);
        if (!TryTime(time.Trim('"'), out var seconds))
        {
            if (!first)
            {
                throw Refuse($"'{Shown(time)}' is not a time");
            }

            // Its other cells tell nothing: pandas calls a column without a name 0.
            Name(cells);
            return false;
        }

        row = TryValue(value.Trim('"'), out var number) ? new CsvRow(time, value, seconds, number) : throw Refuse($"'{Shown(value)}' is not a number");
        return true;
    }

    /// <summary>The cells of a line as they were written, quotes included. A comma between quotes parts nothing.</summary>
    private static string[] Cells(string line)
    {
        if (!line.Contains('"', StringComparison.Ordinal))
        {
            return line.Split(',', StringSplitOptions.TrimEntries);
        }

        var (cells, from, quoted) = (new List<string>(), 0, false);
        for (var i = 0; i < line.Length; i++)
        {
            quoted ^= line[i] == '"';
            if (line[i] == ',' && !quoted)
            {
                cells.Add(line[from..i].Trim());
                from = i + 1;
            }
        }

        cells.Add(line[from..].Trim());
        return [.. cells];
    }

    /// <summary>Takes the order of the columns from their names, where it can be told.</summary>
    private void Name(string[] header)
    {
        var names = Array.ConvertAll(header, name => name.Trim('"').ToLowerInvariant());
        var (time, value) = (Array.FindIndex(names, name => name is "timestamp" or "timestamps" or "time" or "ts" or "date" or "datetime"), Array.IndexOf(names, "value"));
        if (time >= 0 && value >= 0)
        {
            (_time, _value) = (time, value);
        }
    }

    /// <summary>Reads a time as seconds since 1970.</summary>
    internal static bool TryTime(string text, out double seconds)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds))
        {
            var size = Math.Abs(seconds);
            seconds /= size < 1e11 ? 1 : size < 1e14 ? 1e3 : size < 1e17 ? 1e6 : 1e9;
            return double.IsFinite(seconds);
        }

        var read = DateTimeOffset.TryParseExact(ToTicks(text.Replace(',', '.')), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        seconds = read ? (time - DateTimeOffset.UnixEpoch).TotalSeconds : 0;
        return read;
    }

    /// <summary>Without the digits of a second beyond the seventh, as Go writes them.</summary>
    private static string ToTicks(string text)
    {
        const int Digits = 7;
        var fraction = text.IndexOf('.', StringComparison.Ordinal) + 1;
        var digits = fraction == 0 ? 0 : text.AsSpan(fraction).IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length - fraction;
        return digits > Digits ? text.Remove(fraction + Digits, digits - Digits) : text;
    }

    /// <summary>Reads a value; what stands for none is NaN.</summary>
    internal static bool TryValue(string text, out double value)
    {
        value = double.NaN;
        return text.ToLowerInvariant() switch
        {
            "" or "nan" or "null" or "none" or "nil" or "na" or "n/a" or "#n/a" or "<na>" or "-" or "inf" or "+inf" or "-inf" => true,
            _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value),
        };
    }

    private CliException Refuse(string what) => new($"line {_line.ToString(CultureInfo.InvariantCulture)}: {what}");

    private static string Shown(string text) => Terminal.Safe(text.Length <= 60 ? text : $"{text[..60]}…");
}
