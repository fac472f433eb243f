using System.Globalization;
using ChronosOps.Operator.Cli;
using ChronosOps.Operator.Tests.Detection.Baselines;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli;

public sealed class DetectCommandTests
{
    [Fact]
    public async Task PrintsALineForEachRowAndRaisesTheOnset()
    {
        var cli = new CliRun { In = new StringReader("timestamp,value\n" + Rows(400, 300)) };
        Assert.Equal(0, await cli.RunAsync("detect", "--csv", "-"));
        var lines = Lines(cli);
        Assert.Equal("timestamp,value,score,anomaly", lines[0]);
        Assert.Equal(401, lines.Length);
        Assert.Equal(["301"], lines.Index().Skip(1).Where(line => line.Item.EndsWith(",1", StringComparison.Ordinal)).Select(line => line.Index.ToString(CultureInfo.InvariantCulture)));
        Assert.All(lines.Skip(1), line => Assert.InRange(double.Parse(line.Split(',')[2], CultureInfo.InvariantCulture), 0, 1));
    }

    [Fact]
    public async Task ReadsAFile()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "1700000000,1\r\n1700000015,2\r\n", TestContext.Current.CancellationToken);
        var cli = new CliRun();
        Assert.Equal(0, await cli.RunAsync("detect", "--csv", file));
        File.Delete(file);
        Assert.Equal(["timestamp,value,score,anomaly", "1700000000,1,0,0", "1700000015,2,0,0"], Lines(cli));
    }

    [Theory]
    [InlineData("2015-02-26 21:42:53")]
    [InlineData("2015-02-26T21:42:53")]
    [InlineData("2015-02-26T21:42:53Z")]
    [InlineData("2015-02-26T21:42:53.123456Z")]
    [InlineData("2015-02-26T21:42:53+02:00")]
    [InlineData("2015-02-26T21:42:53.123456789Z")]
    [InlineData("2015-02-26 21:42:53 UTC")]
    [InlineData("2015-02-26 21:42:53+00")]
    [InlineData("2015-02-26 21:42:53.123456+02")]
    [InlineData("2015-02-26 21:42")]
    [InlineData("2015-02-26")]
    [InlineData("1424986973")]
    [InlineData("1424986973.5")]
    [InlineData("1424986973000")]
    [InlineData("\"2015-02-26 21:42:53\"")]
    [InlineData("2015-2-26 9:42:53")]
    [InlineData("2015/2/26 9:42")]
    [InlineData("2015-02-26 21:42:53 GMT")]
    [InlineData("2015-02-26 21:42:53.5 +0000 UTC")]
    [InlineData("20150226T214253Z")]
    [InlineData("\"2015-02-26 21:42:53,123\"")]
    public async Task EchoesTimesAsTheyAreWritten(string time)
    {
        var cli = new CliRun { In = new StringReader($"{time},0.10\n") };
        Assert.Equal(0, await cli.RunAsync("detect", "--csv", "-"));
        Assert.Equal($"{time},0.10,0,0", Lines(cli)[1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("Inf")]
    [InlineData("-Infinity")]
    [InlineData("null")]
    [InlineData("None")]
    [InlineData("<NA>")]
    [InlineData("#N/A")]
    [InlineData("-")]
    public async Task ARowWithoutANumberIsNoAnomaly(string value)
    {
        var cli = new CliRun { In = new StringReader($"1700000000,1\n1700000015,{value}\n1700000030,1\n") };
        Assert.Equal(0, await cli.RunAsync("detect", "--csv", "-"));
        Assert.Equal($"1700000015,{value},0,0", Lines(cli)[2]);
        Assert.Equal(4, Lines(cli).Length);
    }

    [Theory]
    [InlineData("nonsense", "line 3: 'nonsense' is not timestamp,value")]
    [InlineData("1700000030,many", "line 3: 'many' is not a number")]
    [InlineData("yesterday,3", "line 3: 'yesterday' is not a time")]
    [InlineData("14:05,3", "line 3: '14:05' is not a time")]
    public async Task ABadLineIsNamedAndLosesNothingOfWhatCameBefore(string line, string complaint)
    {
        var cli = new CliRun { In = new StringReader($"timestamp,value\n1700000000,1\n{line}\n1700000045,1\n") };
        Assert.Equal(1, await cli.RunAsync("detect", "--csv", "-"));
        Assert.Equal($"error: {complaint}", cli.Error.ToString().TrimEnd());
        Assert.Equal(["timestamp,value,score,anomaly", "1700000000,1,0,0"], Lines(cli));
    }

    [Fact]
    public async Task AHeaderMayOrderTheColumnsAndMoreOfThemAreIgnored()
    {
        var cli = new CliRun { In = new StringReader("host,value,timestamp\nweb,3,1700000000\n\n") };
        Assert.Equal(0, await cli.RunAsync("detect", "--csv", "-"));
        Assert.Equal(["timestamp,value,score,anomaly", "1700000000,3,0,0"], Lines(cli));
    }

    [Fact]
    public async Task ACommaBetweenQuotesPartsNoCells()
    {
        var cli = new CliRun { In = new StringReader("host,timestamps,value\n\"web, 80\",\"1700000000\",\"3\"\n") };
        Assert.Equal(0, await cli.RunAsync("detect", "--csv", "-"));
        Assert.Equal(["timestamp,value,score,anomaly", "\"1700000000\",\"3\",0,0"], Lines(cli));
    }

    [Fact]
    public async Task ANumberIsNotCutAtItsComma()
    {
        var cli = new CliRun { In = new StringReader("1700000000,\"1,150\"\n") };
        Assert.Equal(1, await cli.RunAsync("detect", "--csv", "-"));
        Assert.Equal("error: line 1: '\"1,150\"' is not a number", cli.Error.ToString().TrimEnd());
    }

    [Fact]
    public async Task RowsThatAreTooOldAreCounted()
    {
        var cli = new CliRun { In = new StringReader("1700000060,1\n1700000000,2\n1700000120,3\n") };
        Assert.Equal(0, await cli.RunAsync("detect", "--csv", "-"));
        Assert.Equal("1 of 3 rows are older than a row before them and were not judged: sort the series by time", cli.Error.ToString().TrimEnd());
        Assert.Equal(4, Lines(cli).Length);
    }

    [Theory]
    [InlineData(",0")]
    [InlineData("timestamp,0")]
    [InlineData("\"\",\"0\"")]
    public async Task AFirstLineWithoutATimeIsAHeaderWhateverItsOtherCellsAre(string header)
    {
        var cli = new CliRun { In = new StringReader($"{header}\n2015-02-26 21:42:53,3.0\n") };
        Assert.Equal(0, await cli.RunAsync("detect", "--csv", "-"));
        Assert.Equal(["timestamp,value,score,anomaly", "2015-02-26 21:42:53,3.0,0,0"], Lines(cli));
    }

    [Fact]
    public async Task AFirstLineWithATimeIsNoHeader()
    {
        var cli = new CliRun { In = new StringReader("1700000000,many\n") };
        Assert.Equal(1, await cli.RunAsync("detect", "--csv", "-"));
        Assert.Equal("error: line 1: 'many' is not a number", cli.Error.ToString().TrimEnd());
    }

    [Theory]
    [InlineData("2015-02-26 21:42:53+00")]
    [InlineData("2015-02-26 23:42:53+02")]
    [InlineData("2015-02-26T16:42:53-05")]
    public void AZoneMayBeHoursAlone(string time)
    {
        Assert.True(new CsvSeries().Read($"{time},1", out var row));
        Assert.Equal(1_424_986_973, row.Seconds);
    }

    [Fact]
    public async Task AFileThatIsNotThereIsSaid()
    {
        var cli = new CliRun();
        Assert.Equal(1, await cli.RunAsync("detect", "--csv", "/nowhere/at/all.csv"));
        Assert.Contains("/nowhere/at/all.csv", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(3600)]
    [InlineData(86400)]
    public async Task TakesAnyInterval(int interval)
    {
        var cli = new CliRun { In = new StringReader(Rows(300, 250, interval)) };
        Assert.Equal(0, await cli.RunAsync("detect", "--csv", "-"));
        Assert.EndsWith(",1", Lines(cli)[251], StringComparison.Ordinal);
    }

    /// <summary>Noise, and ten rows from one on that are far out.</summary>
    private static string Rows(int count, int wrong, int interval = 60)
    {
        var noise = SampleSeries.Noise(1);
        return string.Concat(Enumerable.Range(0, count).Select(k => string.Create(CultureInfo.InvariantCulture, $"{1_700_000_000 + k * interval},{50 + Math.Clamp(noise(), -1, 1) + (k >= wrong && k < wrong + 10 ? 60 : 0):0.###}\n")));
    }

    private static string[] Lines(CliRun cli) => cli.Out.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
