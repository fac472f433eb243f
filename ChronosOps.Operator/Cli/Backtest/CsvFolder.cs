using System.Globalization;
using System.Text;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>One recorded series: the signal or metric that it is of, its labels, and its samples in order of time.</summary>
internal sealed class RecordedSeries(string name, IReadOnlyDictionary<string, string> labels)
{
    /// <summary>A sample counts for this long, as in Prometheus; for longer where samples are rarer.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromMinutes(5);
    private List<(DateTimeOffset Time, double Value)> _samples = [];
    private TimeSpan _lookBack = LookBack;

    public string Name { get; } = name;

    public IReadOnlyDictionary<string, string> Labels { get; } = labels;

    public string? Pod => Labels.GetValueOrDefault("pod");

    public IReadOnlyList<(DateTimeOffset Time, double Value)> Samples => _samples;

    public void Add(double seconds, double value) => _samples.Add((DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(seconds * 1000)), value));

    /// <summary>Puts the samples in order, of several at one time the last, once all are there.</summary>
    public void Close()
    {
        _samples = [.. _samples.GroupBy(sample => sample.Time).Select(same => same.Last()).OrderBy(sample => sample.Time)];
        var gaps = _samples.Zip(_samples.Skip(1), (one, next) => next.Time - one.Time).Order().ToList();
        if (gaps.Count > 0 && gaps[gaps.Count / 2] * 2 > LookBack)
        {
            _lookBack = gaps[gaps.Count / 2] * 2;
        }
    }

    /// <summary>The newest sample at each step; null where there is none that still counts.</summary>
    public double?[] At(DateTimeOffset start, TimeSpan step, int count)
    {
        var values = new double?[count];
        var next = _samples.BinarySearch((start, double.PositiveInfinity));
        next = next < 0 ? ~next : next + 1;
        for (var k = 0; k < count; k++)
        {
            var time = start + (step * k);
            while (next < _samples.Count && _samples[next].Time <= time)
            {
                next++;
            }

            values[k] = next > 0 && time - _samples[next - 1].Time < _lookBack && !double.IsNaN(_samples[next - 1].Value) ? _samples[next - 1].Value : null;
        }

        return values;
    }
}

/// <summary>
/// Reads recorded series from the CSV files of a folder. A file with a column pod, signal or __name__ holds many series, its further columns being labels; any other
/// is one series, <c>timestamp,value</c>, and its name tells which: <c>SIGNAL.csv</c> or <c>SIGNAL-POD.csv</c>.
/// </summary>
/// <param name="names">What a file may be of: the policy's queries by the name of their signal, and the metrics of the HTTP presets.</param>
/// <param name="namespace">The namespace; rows of another are left out.</param>
internal sealed class CsvFolder(IReadOnlyCollection<string> names, string @namespace)
{
    private static readonly string[] TimeColumns = ["timestamp", "time", "ts", "date", "datetime"];
    private readonly Dictionary<string, RecordedSeries> _series = [];

    /// <summary>Reads all files.</summary>
    /// <exception cref="CliException">A file or a line of one cannot be read; the message names both.</exception>
    public static async Task<IReadOnlyList<RecordedSeries>> ReadAsync(string folder, IReadOnlyCollection<string> names, string @namespace, CancellationToken cancellationToken)
    {
        var files = Directory.GetFiles(folder, "*.csv").Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
        {
            throw new CliException($"{folder}: holds no file *.csv");
        }

        var reader = new CsvFolder(names, @namespace);
        foreach (var file in files)
        {
            using var text = new StreamReader(file);
            await reader.ReadFileAsync(text, Path.GetFileName(file), cancellationToken);
        }

        return reader.Close();
    }

    internal async Task ReadFileAsync(TextReader text, string file, CancellationToken cancellationToken)
    {
        var first = await text.ReadLineAsync(cancellationToken) ?? throw new CliException($"{file}: is empty");
        var header = Split(first.TrimStart('\uFEFF')).ConvertAll(cell => cell.ToLowerInvariant());
        try
        {
            await (header.Exists(column => column is "pod" or "signal" or "__name__")
                ? ReadLongAsync(text, file, header, cancellationToken)
                : ReadOneAsync(text, file, first, cancellationToken));
        }
        catch (CliException e) when (!e.Message.StartsWith(file, StringComparison.Ordinal))
        {
            throw new CliException($"{file}: {e.Message}");
        }
    }

    internal IReadOnlyList<RecordedSeries> Close()
    {
        foreach (var series in _series.Values)
        {
            series.Close();
        }

        return [.. _series.Values.Where(series => series.Samples.Count > 0)];
    }

    private async Task ReadOneAsync(TextReader text, string file, string first, CancellationToken cancellationToken)
    {
        var series = SeriesOf(file);
        var rows = new CsvSeries();
        for (var line = first; line is not null; line = await text.ReadLineAsync(cancellationToken))
        {
            if (rows.Read(line, out var row))
            {
                series.Add(row.Seconds, row.Value);
            }
        }
    }

    private RecordedSeries SeriesOf(string file)
    {
        var stem = Path.GetFileNameWithoutExtension(file);
        var name = names.Where(one => stem == one || stem.StartsWith(one + "-", StringComparison.Ordinal)).MaxBy(one => one.Length)
            ?? throw new CliException($"its name is none of {string.Join(", ", names.Order(StringComparer.Ordinal))}, alone or with a dash and a pod's name behind it");
        return Series(name, stem.Length == name.Length ? [] : new() { ["pod"] = stem[(name.Length + 1)..] });
    }

    private async Task ReadLongAsync(TextReader text, string file, List<string> header, CancellationToken cancellationToken)
    {
        var (time, value) = (header.FindIndex(TimeColumns.Contains), header.IndexOf("value"));
        var (signal, metric) = (header.IndexOf("signal"), header.IndexOf("__name__"));
        if (time < 0 || value < 0)
        {
            throw new CliException("line 1: a file with labels needs a header that names timestamp and value");
        }

        var own = signal < 0 && metric < 0 ? SeriesOf(file).Name : null;
        var number = 1;
        while (await text.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var cells = Split(line);
            if (cells.Count != header.Count)
            {
                throw Refuse(number, $"has {cells.Count} cells, the header {header.Count}");
            }

            var labels = header.Select((name, k) => (Name: name, k)).Where(one => one.k != time && one.k != value && one.k != signal && one.k != metric && cells[one.k].Length > 0)
                .ToDictionary(one => one.Name, one => cells[one.k]);
            var name = own ?? (signal >= 0 && cells[signal].Length > 0 ? cells[signal] : metric >= 0 ? cells[metric] : "");
            if (!names.Contains(name))
            {
                throw Refuse(number, $"'{Shown(name)}' is none of {string.Join(", ", names.Order(StringComparer.Ordinal))}");
            }

            if (!CsvSeries.TryTime(cells[time], out var seconds))
            {
                throw Refuse(number, $"'{Shown(cells[time])}' is not a time");
            }

            if (!CsvSeries.TryValue(cells[value], out var read))
            {
                throw Refuse(number, $"'{Shown(cells[value])}' is not a number");
            }

            if (labels.GetValueOrDefault("namespace", @namespace) == @namespace)
            {
                Series(name, labels).Add(seconds, read);
            }
        }
    }

    private RecordedSeries Series(string name, Dictionary<string, string> labels)
    {
        var key = string.Join('\n', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}\t{label.Value}").Prepend(name));
        if (!_series.TryGetValue(key, out var series))
        {
            _series[key] = series = new RecordedSeries(name, labels);
        }

        return series;
    }

    /// <summary>The cells of a line. Quotes hold what has a comma in it; two of them stand for one.</summary>
    private static List<string> Split(string line)
    {
        var (cells, cell, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var k = 0; k < line.Length; k++)
        {
            if (line[k] == '"')
            {
                if (quoted && k + 1 < line.Length && line[k + 1] == '"')
                {
                    cell.Append('"');
                    k++;
                }
                else
                {
                    quoted = !quoted;
                }
            }
            else if (line[k] == ',' && !quoted)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else
            {
                cell.Append(line[k]);
            }
        }

        cells.Add(cell.ToString().Trim());
        return cells;
    }

    private static CliException Refuse(int line, string what) => new($"line {line.ToString(CultureInfo.InvariantCulture)}: {what}");

    private static string Shown(string text) => Terminal.Safe(text.Length <= 60 ? text : $"{text[..60]}…");
}
