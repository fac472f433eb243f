using System.CommandLine;
using System.Globalization;
using ChronosOps.Operator.Detection.Baselines;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops detect</c>: judges a recorded series with the baseline that the operator ships, row by row.</summary>
internal static class DetectCommand
{
    public static Command New(CliHost host)
    {
        var csv = new Option<string>("--csv") { Description = "The series: timestamp,value. - reads the standard input.", HelpName = "FILE", Required = true };
        var sensitivity = new Option<Sensitivity>("--sensitivity") { Description = "Low, Medium or High: an anomaly is 5, 3 or 2 sigma off.", DefaultValueFactory = _ => Sensitivity.Medium };
        var command = new Command("detect", "Judges a series from a CSV file: prints timestamp,value,score,anomaly, a line for each row. A row is judged by the rows before it alone.") { csv, sensitivity };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (file, degree) = (parsed.GetRequiredValue(csv), parsed.GetValue(sensitivity));
            if (file == "-")
            {
                return await JudgeAsync(host, host.In, degree, cancellationToken);
            }

            using var reader = new StreamReader(file);
            return await JudgeAsync(host, reader, degree, cancellationToken);
        });
        return command;
    }

    private static async Task<int> JudgeAsync(CliHost host, TextReader input, Sensitivity sensitivity, CancellationToken cancellationToken)
    {
        var (rows, detector, late, all) = (new CsvSeries(), new BaselineDetector(), 0L, 0L);
        await host.Out.WriteLineAsync("timestamp,value,score,anomaly");
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!rows.Read(line, out var row))
            {
                continue;
            }

            var verdict = detector.Step(row.Seconds, row.Value, sensitivity);
            (late, all) = (verdict.State == SampleState.Late ? late + 1 : late, all + 1);
            await host.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{row.TimeText},{row.ValueText},{verdict.Score:0.######},{(verdict.IsAnomaly ? 1 : 0)}"));
        }

        await host.Out.FlushAsync(cancellationToken);
        if (late > 0)
        {
            await host.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{late} of {all} rows are older than a row before them and were not judged: sort the series by time"));
        }

        return ExitCodes.Ok;
    }
}
