using ChronosOps.Operator.Cli.Backtest;
using ChronosOps.Operator.Detection;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

public sealed class HistoryWindowTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    /// <summary>Going on from where the last range was found changes nothing of what is found, whichever ranges are asked for.</summary>
    [Fact]
    public void ARangeIsWhatLiesWithinIt() =>
        Prop.ForAll(Gen.Choose(-5, 45).ListOf().ToArbitrary(), Gen.Choose(-5, 45).ListOf().ToArbitrary(), (present, asked) =>
        {
            Point[] points = [.. present.Distinct().Order().Select(k => new Point(At(k), k))];
            var window = new HistoryWindow();
            window.Append("up", Step, [new Series(new Dictionary<string, string> { ["pod"] = "web-1" }, points)]);
            var source = window.Of(["web-1"]);
            foreach (var (first, last) in asked.Zip(asked.Skip(1)))
            {
                var read = source.QueryRangeAsync("up", At(first), At(last), Step, TestContext.Current.CancellationToken);
                Assert.True(read.IsCompletedSuccessfully);
                Assert.Equal(points.Where(point => point.Time >= At(first) && point.Time <= At(last)), read.GetAwaiter().GetResult().SelectMany(series => series.Points));
            }
        }).QuickCheckThrowOnFailure();

    private static DateTimeOffset At(int step) => PastTraffic.At(15 * step);
}
