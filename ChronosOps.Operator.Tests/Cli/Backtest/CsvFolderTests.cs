using ChronosOps.Operator.Cli;
using ChronosOps.Operator.Cli.Backtest;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

public sealed class CsvFolderTests
{
    private static readonly string[] Names = ["queue", "queue-age", "requests", "errors", "http_requests_total", "http_request_duration_seconds_bucket"];

    [Fact]
    public async Task TheNameOfAFileTellsSignalAndPod()
    {
        var reader = new CsvFolder(Names, "shop");
        await Read(reader, "queue.csv", "timestamp,value\n1700000000,1\n1700000015,2\n");
        await Read(reader, "queue-age-web-5f8d6c7b9-x7k2p.csv", "1700000000,3\n");
        Assert.Equal([("queue", null, 2), ("queue-age", "web-5f8d6c7b9-x7k2p", 1)], reader.Close().Select(one => (one.Name, one.Pod, one.Samples.Count)));
    }

    [Fact]
    public async Task AFileMayHoldManySeriesWithTheirLabels()
    {
        var reader = new CsvFolder(Names, "shop");
        await Read(reader, "all.csv", """
            timestamp,__name__,namespace,pod,code,value
            2023-11-14T22:13:20Z,http_requests_total,shop,web-1,200,10
            2023-11-14T22:13:20Z,http_requests_total,shop,web-1,"500",1
            2023-11-14T22:13:20Z,http_requests_total,bank,web-1,200,99

            2023-11-14T22:13:35Z,http_requests_total,shop,web-1,200,12
            """);
        var series = reader.Close();
        Assert.Equal([("200", 2), ("500", 1)], series.Select(one => (one.Labels["code"], one.Samples.Count)));
        Assert.All(series, one => Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), one.Samples[0].Time));
    }

    [Theory]
    [InlineData("queue.csv", "timestamp,value\n1700000000,1\nyesterday,2\n", "queue.csv: line 3: 'yesterday' is not a time")]
    [InlineData("queue.csv", "timestamp,value\n1700000000,many\n", "queue.csv: line 2: 'many' is not a number")]
    [InlineData("queue.csv", "", "queue.csv: is empty")]
    [InlineData("other.csv", "1700000000,1\n", "other.csv: its name is none of errors, http_request_duration_seconds_bucket, http_requests_total, queue, queue-age, requests, alone or with a dash and a pod's name behind it")]
    [InlineData("a.csv", "timestamp,signal,pod,value\n1700000000,queue,a,1\n1700000000,length,a,1\n", "a.csv: line 3: 'length' is none of errors, http_request_duration_seconds_bucket, http_requests_total, queue, queue-age, requests")]
    [InlineData("a.csv", "timestamp,signal,pod,value\n1700000000,queue,a\n", "a.csv: line 2: has 3 cells, the header 4")]
    [InlineData("a.csv", "signal,pod,value\nqueue,a,1\n", "a.csv: line 1: a file with labels needs a header that names timestamp and value")]
    [InlineData("a.csv", "timestamp,signal,pod,value\n1700000000,queue,a,much\n", "a.csv: line 2: 'much' is not a number")]
    public async Task WhatCannotBeReadNamesFileAndLine(string file, string text, string complaint) =>
        Assert.Equal(complaint, (await Assert.ThrowsAsync<CliException>(() => Read(new CsvFolder(Names, "shop"), file, text))).Message);

    [Fact]
    public async Task ACountedSeriesNeedsAPod()
    {
        var reader = new CsvFolder(Names, "shop");
        await Read(reader, "requests.csv", "1700000000,1\n");
        Assert.Contains("requests-POD.csv", Assert.Throws<CliException>(() => new CsvHistory(SamplePolicy.Effective(), reader.Close())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CountersAnswerTheQueriesOfTheHttpPresetsAsPrometheusWould()
    {
        var reader = new CsvFolder(Names, "shop");
        await Read(reader, "all.csv", """
            timestamp,__name__,pod,code,le,value
            1700000000,http_requests_total,web-1,200,,10
            1700000000,http_requests_total,web-1,500,,3
            1700000000,http_request_duration_seconds_bucket,web-1,,0.5,7
            1700000000,http_request_duration_seconds_bucket,web-1,,+Inf,13
            """);
        await Read(reader, "requests-web-2.csv", "1700000000,5\n1700000060,6\n");
        var history = new CsvHistory(SamplePolicy.Effective(), reader.Close());
        Assert.Equal(["web-1=13", "web-2=5"], await At(history, TrafficQueries.Requests(["shop"])));
        Assert.Equal(["web-1=3"], await At(history, TrafficQueries.Errors(["shop"])));
        Assert.Equal(["web-1/+Inf=13", "web-1/0.5=7"], await At(history, TrafficQueries.Latency(["shop"])));
    }

    [Theory]
    [InlineData(15, 299, true)]
    [InlineData(15, 301, false)]
    [InlineData(600, 1199, true)]
    [InlineData(600, 1201, false)]
    public void ASampleCountsForFiveMinutesOrTwoIntervals(int interval, int later, bool counts)
    {
        var series = new RecordedSeries("queue", new Dictionary<string, string>());
        foreach (var k in Enumerable.Range(0, 5))
        {
            series.Add(1_700_000_000 + (k * interval), k);
        }

        series.Close();
        Assert.Equal(counts ? 4.0 : (double?)null, series.At(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + (4 * interval) + later), TimeSpan.FromSeconds(15), 1)[0]);
    }

    private static async Task<IEnumerable<string>> At(CsvHistory history, string query)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_010);
        var series = await history.QueryRangeAsync(query, time, time, TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        return series.Select(one => $"{one.Labels["pod"]}{(one.Labels.TryGetValue("le", out var le) ? $"/{le}" : "")}={one.Points[0].Value}").Order(StringComparer.Ordinal);
    }

    private static Task Read(CsvFolder reader, string file, string text) => reader.ReadFileAsync(new StringReader(text), file, TestContext.Current.CancellationToken);
}
