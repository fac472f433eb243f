using System.Globalization;
using System.Text;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Integrations;

public sealed class PrometheusReaderProperties
{
    private static readonly byte[] Valid = Encoding.UTF8.GetBytes(PrometheusSeriesSourceTests.Matrix(
        """{"metric":{"__name__":"up","pod":"web-1","route":"名\u00e9\ud83d\ude80"},"values":[[1704110400,"1"],[1704110405.125,"NaN"],[1704110410,"+Inf"]]},{"metric":{},"values":[]}"""));

    private static readonly string[] Splinters =
        [.. DamagedBytes.JsonSplinters, "NaN", "\"Inf\"", "{\"metric\":", "\"metric\":{\"pod\":\"x\"},"];

    [Fact]
    public void WhateverAnAnswerIsItIsReadOrUnavailable() => Prop.ForAll(Damaged.ToArbitrary(), ReadsOrRefuses).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(10_000));

    [Fact]
    public void AnyBytesAreReadOrUnavailable() => Prop.ForAll<byte[]>(ReadsOrRefuses).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500));

    [Fact]
    public async Task EveryBeginningOfAnAnswerIsRefused()
    {
        for (var length = 0; length < Valid.Length; length++)
        {
            var answer = Valid[..length];
            var unavailable = await Assert.ThrowsAsync<SeriesUnavailableException>(() => Read(answer));
            Assert.Equal("BadAnswer", unavailable.Reason);
        }

        Assert.Equal(2, (await Read(Valid)).Count);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("007")]
    [InlineData("999999999999999")]
    [InlineData("1000000000000000")]
    [InlineData("9007199254740993")]
    [InlineData("12345678901234567890123")]
    [InlineData("1704110400.5")]
    [InlineData("-3")]
    [InlineData("1e3")]
    public async Task ANumberIsReadAsItIsWritten(string text)
    {
        var answer = Encoding.UTF8.GetBytes(PrometheusSeriesSourceTests.Matrix($$"""{"metric":{},"values":[[1704110400,"{{text}}"]]}"""));
        Assert.Equal(new Point(DateTimeOffset.FromUnixTimeSeconds(1704110400), double.Parse(text, CultureInfo.InvariantCulture)), Assert.Single(Assert.Single(await Read(answer)).Points));
    }

    private static Gen<byte[]> Damaged => DamagedBytes.Of(Valid, Splinters);

    private static void ReadsOrRefuses(byte[] answer)
    {
        // A memory stream answers at once, so that the task is complete when it is returned.
        var read = Read(answer);
        Assert.True(read.IsCompleted);
        if (read.IsFaulted)
        {
            var unavailable = Assert.IsType<SeriesUnavailableException>(read.Exception.InnerException);
            Assert.NotEmpty(unavailable.Reason);
            return;
        }

        Assert.All(read.GetAwaiter().GetResult(), series => Assert.Equal(series.Points.OrderBy(p => p.Time).DistinctBy(p => p.Time), series.Points));
    }

    private static Task<IReadOnlyList<Series>> Read(byte[] answer) => PrometheusReader.ReadAsync(new MemoryStream(answer), 1 << 20, false, TestContext.Current.CancellationToken);
}
