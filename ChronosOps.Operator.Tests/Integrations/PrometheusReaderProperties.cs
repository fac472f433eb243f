using System.Text;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Integrations;

public sealed class PrometheusReaderProperties
{
    private static readonly byte[] Valid = Encoding.UTF8.GetBytes(PrometheusSeriesSourceTests.Matrix(
        """{"metric":{"__name__":"up","pod":"web-1","route":"名\u00e9\ud83d\ude80"},"values":[[1704110400,"1"],[1704110405.125,"NaN"],[1704110410,"+Inf"]]},{"metric":{},"values":[]}"""));

    private static readonly string[] Splinters =
        ["", "\"", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e999", "\\", "\\ud800", "\0", "NaN", "\"Inf\"", "\u00ff", "[[[[", "{\"metric\":", "\"metric\":{\"pod\":\"x\"},", "12345678901234567890"];

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

    private static Gen<byte[]> Damaged =>
        from strokes in Gen.Choose(1, 4)
        from wounds in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), strokes)
        from cuts in Gen.ArrayOf(Gen.Choose(0, 5), strokes)
        from splinters in Gen.ArrayOf(Gen.Elements(Splinters), strokes)
        from raw in Gen.Choose(0, 255)
        select Enumerable.Range(0, strokes).Aggregate(Valid, (bytes, i) => Damage(bytes, wounds[i], cuts[i], splinters[i], (byte)raw));

    private static byte[] Damage(byte[] bytes, int wound, int cut, string splinter, byte raw)
    {
        var at = wound % (bytes.Length + 1);
        var end = Math.Min(bytes.Length, at + cut);
        return [.. bytes[..at], .. splinter == "\u00ff" ? [raw] : Encoding.UTF8.GetBytes(splinter), .. bytes[end..]];
    }

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

    private static Task<IReadOnlyList<Series>> Read(byte[] answer) => PrometheusReader.ReadAsync(new MemoryStream(answer), 1 << 20, TestContext.Current.CancellationToken);
}
