using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ChronosOps.Benchmarks.Nab;

/// <summary>A window in which something is wrong, by the indices of its first and last row.</summary>
internal readonly record struct NabWindow(int First, int Last)
{
    public int Width => Last - First + 1;
}

/// <summary>A series of the Numenta Anomaly Benchmark with its labels.</summary>
internal sealed record NabFile(string Path, double[] Times, double[] Values, NabWindow[] Windows)
{
    /// <summary>Rows before this one are not scored: a detector learns there.</summary>
    public int Probation => (int)Math.Min(Math.Floor(0.15 * Values.Length), 750);

    /// <summary>Which half it belongs to: A where the SHA-256 of its path is even, otherwise B.</summary>
    public char Fold => SHA256.HashData(Encoding.UTF8.GetBytes(Path))[^1] % 2 == 0 ? 'A' : 'B';

    public bool IsOperatorLike => Path.StartsWith("realAWSCloudwatch/", StringComparison.Ordinal) || Path.StartsWith("realKnownCause/", StringComparison.Ordinal);

    /// <summary>Reads all series that have labels.</summary>
    /// <param name="folder">Has <c>data</c> and <c>labels</c>, as NAB's repository has them.</param>
    public static List<NabFile> Load(string folder)
    {
        using var labels = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(folder, "labels", "combined_windows.json")));
        return [.. labels.RootElement.EnumerateObject().OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => Read(folder, file))];
    }

    private static NabFile Read(string folder, JsonProperty labels)
    {
        var rows = File.ReadLines(System.IO.Path.Combine(folder, "data", labels.Name)).Skip(1).Select(line => line.Split(',')).ToList();
        var times = rows.Select(row => Seconds(row[0])).ToArray();
        var windows = labels.Value.EnumerateArray().Select(window => new NabWindow(Array.IndexOf(times, Seconds(window[0].GetString()!)), Array.LastIndexOf(times, Seconds(window[1].GetString()!))));
        return new NabFile(labels.Name, times, [.. rows.Select(row => double.Parse(row[1], CultureInfo.InvariantCulture))], [.. windows]);
    }

    private static double Seconds(string time) => (DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) - DateTimeOffset.UnixEpoch).TotalSeconds;
}
