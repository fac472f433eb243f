using System.Globalization;
using ChronosOps.Operator.Api;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Api;

public sealed class QuantitiesTests
{
    [Theory]
    [InlineData("0s", 0)]
    [InlineData("30s", 30)]
    [InlineData("1m", 60)]
    [InlineData("1m30s", 90)]
    [InlineData("1h", 3600)]
    [InlineData("1h1m1s", 3661)]
    [InlineData("500ms", 0.5)]
    [InlineData("1s500ms", 1.5)]
    [InlineData("90m", 5400)]
    [InlineData("720h", 2592000)]
    public void ReadsDurationsAsGoWritesThem(string text, double seconds)
    {
        Assert.True(Quantities.TryParseDuration(text, out var value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData(" 1s")]
    [InlineData("1s ")]
    [InlineData("1 s")]
    [InlineData("1.5s")]
    [InlineData("1d")]
    [InlineData("1S")]
    [InlineData("1sm")]
    [InlineData("٣s")]
    [InlineData("721h")]
    [InlineData("9999999999s")]
    [InlineData("999999999h999999999h")]
    public void RefusesWhatIsNoDuration(string? text) => Assert.False(Quantities.TryParseDuration(text, out _));

    [Fact]
    public void ReadsEveryDurationThatTheSchemaAllows() =>
        Prop.ForAll((from parts in Gen.Choose(0, 99).Zip(Gen.Elements("ms", "s", "m", "h")).NonEmptyListOf() select parts.Take(5).ToList()).ToArbitrary(), parts =>
        {
            var text = string.Concat(parts.Select(part => $"{part.Item1}{part.Item2}"));
            Assert.Matches(ApiPatterns.Duration, text);
            Assert.True(Quantities.TryParseDuration(text, out var value), text);
            var seconds = parts.Sum(part => part.Item1 * part.Item2 switch { "ms" => 0.001, "s" => 1, "m" => 60, _ => 3600 });
            Assert.Equal(seconds, value.TotalSeconds, 3);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ADurationUpToAnHourSurvivesBeingWrittenAndRead()
    {
        foreach (var seconds in Enumerable.Range(0, 3600))
        {
            Assert.True(Quantities.TryParseDuration(Quantities.Format(TimeSpan.FromSeconds(seconds)), out var value));
            Assert.Equal(seconds, value.TotalSeconds);
        }
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(-5, "0s")]
    [InlineData(0.4, "0s")]
    [InlineData(20.6, "21s")]
    [InlineData(59.6, "1m00s")]
    [InlineData(65, "1m05s")]
    [InlineData(3599.7, "1h00m")]
    [InlineData(7325, "2h02m")]
    public void WritesDurationsForPeople(double seconds, string expected) => Assert.Equal(expected, Quantities.Format(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("0.05", 0.05)]
    [InlineData("5%", 0.05)]
    [InlineData("0.5%", 0.005)]
    [InlineData("500ms", 0.5)]
    [InlineData("2s", 2)]
    [InlineData("1.5s", 1.5)]
    [InlineData("10", 10)]
    public void ReadsThresholds(string text, double expected)
    {
        Assert.True(Quantities.TryParseThreshold(text, out var value));
        Assert.Equal(expected, value, 9);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("ms")]
    [InlineData("-5%")]
    [InlineData("5 %")]
    [InlineData("5%%")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e3")]
    [InlineData("1,5")]
    [InlineData("five")]
    [InlineData("5d")]
    public void RefusesWhatIsNoThreshold(string? text) => Assert.False(Quantities.TryParseThreshold(text, out _));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.97, "0.97")]
    [InlineData(0.12345, "0.123")]
    [InlineData(1234.5, "1234.5")]
    [InlineData(0.0001, "0")]
    public void WritesNumbersTheSameEverywhere(double value, string expected)
    {
        Assert.Equal(expected, Quantities.Format(value));
        Assert.True(Quantities.TryParseNumber(expected, out var read));
        Assert.Equal(double.Parse(expected, CultureInfo.InvariantCulture), read);
    }
}
