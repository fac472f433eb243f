using System.Text.RegularExpressions;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

/// <summary>Sixteen namespaces, of which a source answers for so many at once.</summary>
public sealed partial class SpannedReaderTests
{
    private static readonly string[] Namespaces = [.. Enumerable.Range(0, 16).Select(k => $"team-{k:00}")];
    private static readonly SpannedQuery Query = new("up", (namespaces, pods) => $"up{{{SeriesScope.Matchers(namespaces, pods)}}}");
    private readonly SpannedReader _reader = new(longestText: 1000);
    private int _divided;

    public SpannedReaderTests() => _reader.Divided += () => Interlocked.Increment(ref _divided);

    [Fact]
    public async Task WhatIsNotTooLargeIsOneQuery()
    {
        var source = new Bounded(16);
        Assert.Equal(Namespaces, await NamesAsync(source));
        Assert.Single(source.Asked);
    }

    [Fact]
    public async Task TheTextIsMadeAnewOnlyWhereTheNamespacesAreOthers()
    {
        var made = 0;
        var query = new SpannedQuery("up", (namespaces, pods) => $"{Query.Text(namespaces, pods)}[{++made}s]");
        var source = new Bounded(16);
        foreach (string[] namespaces in (string[][])[Namespaces, [.. Namespaces], Namespaces[1..]])
        {
            await _reader.ReadAsync(source, SeriesOrigin.Own, query, namespaces, Range, SampleWorkload.Now, TestContext.Current.CancellationToken);
        }

        Assert.Equal([16, 16, 15], source.Asked.Select(part => part.Length));
        Assert.Equal(2, made);
    }

    [Fact]
    public async Task AnAnswerThatIsTooLargeIsAskedForInHalvesAndThatIsRemembered()
    {
        var source = new Bounded(4);
        Assert.Equal(Namespaces, await NamesAsync(source));
        Assert.Equal(7, source.Asked.Count);
        Assert.Equal(3, _divided);
        source.Asked.Clear();
        Assert.Equal(Namespaces, await NamesAsync(source, minutes: 1));
        Assert.Equal([4, 4, 4, 4], source.Asked.Select(part => part.Length));
    }

    [Fact]
    public async Task NamespacesThatComeAndGoFallIntoTheParts()
    {
        var source = new Bounded(8);
        await NamesAsync(source);
        source.Asked.Clear();
        string[] changed = ["a", .. Namespaces[..3], "team-03b", .. Namespaces[13..], "z"];
        Assert.Equal(changed, await NamesAsync(source, changed));
        Assert.Equal([5, 4], source.Asked.Select(part => part.Length).Order().Reverse());
    }

    /// <summary>One cut a round: what has become smaller grows together, and what has not is asked for too much once in an hour and round.</summary>
    [Fact]
    public async Task AfterAnHourItIsTriedWhetherPartsGoTogether()
    {
        var source = new Bounded(4);
        await NamesAsync(source);
        source.Most = 16;
        for (var round = 1; round <= 3; round++)
        {
            source.Asked.Clear();
            await NamesAsync(source, minutes: 60 + round);
            Assert.Equal(4 - round, source.Asked.Count);
        }
    }

    /// <summary>What one query gives of it is bounded by how many pods it is asked for: by the last characters of their names.</summary>
    [Fact]
    public async Task ANamespaceThatIsTooLargeByItselfIsAskedForByItsPodsAndThatIsRemembered()
    {
        var source = new Bounded(16) { Huge = "team-05", MostCharacters = 9 };
        foreach (var minutes in (int[])[0, 1])
        {
            source.Asked.Clear();
            source.Texts.Clear();
            Assert.Equal([.. Namespaces[..5], .. Enumerable.Repeat("team-05", 36), .. Namespaces[6..]], await NamesAsync(source, minutes: minutes));
        }

        Assert.Equal(["team-05 4", "others 4"], source.Asked.GroupBy(part => part is ["team-05"] ? "team-05" : "others").Select(parts => $"{parts.Key} {parts.Count()}").Order().Reverse());
        Assert.Contains("up{namespace=\"team-05\",pod=~\"(.*[012345678])?\"}", source.Texts);
        source.Huge = null;
        for (var round = 1; round <= 8; round++)
        {
            source.Asked.Clear();
            await NamesAsync(source, minutes: 60 + round);
        }

        Assert.Single(source.Asked);
    }

    /// <summary>Where a query is refused however little it asks for, it is asked a few times, and not once for each character.</summary>
    [Fact]
    public async Task ANamespaceThatIsTooLargeHoweverItIsDividedIsUnknownAloneAndLeftAloneForAWhile()
    {
        var source = new Bounded(16) { Huge = "team-05" };
        var read = await ReadAsync(source, Namespaces, 0);
        Assert.Equal(Namespaces.Where(name => name != "team-05"), Names(read));
        var failure = Assert.Single(read.Failures);
        Assert.Equal(("team-05", "TooLarge"), (failure.Key, failure.Value.Reason));
        Assert.Contains("fewer buckets", failure.Value.Message, StringComparison.Ordinal);
        Assert.True(source.Asked.Count(part => part is ["team-05"]) < 8);
        source.Asked.Clear();
        Assert.Single((await ReadAsync(source, Namespaces, 4)).Failures);
        Assert.DoesNotContain(source.Asked, part => part.Contains("team-05"));
        source.Huge = null;
        Assert.Equal(Namespaces, (await NamesAsync(source, minutes: 6)).Distinct());
    }

    /// <summary>A sum of some of its pods would look like less traffic.</summary>
    [Fact]
    public async Task OfANamespaceThatIsAskedForByItsPodsNothingCountsWhereAPartFails()
    {
        var source = new Bounded(16) { Huge = "team-05", MostCharacters = 9 };
        await NamesAsync(source);
        source.FailsOf = "[r";
        var read = await ReadAsync(source, Namespaces, 1);
        Assert.Equal(("team-05", "Timeout"), (Assert.Single(read.Failures).Key, read.Failures["team-05"].Reason));
        Assert.Equal(Namespaces.Where(name => name != "team-05"), Names(read));
    }

    [Theory]
    [InlineData("Timeout")]
    [InlineData("BadQuery")]
    [InlineData("Unreachable")]
    public async Task WhatFailsForAnotherReasonIsNotDivided(string reason)
    {
        var source = new Bounded(16) { Fails = reason };
        var read = await ReadAsync(source, Namespaces, 0);
        Assert.Equal(Namespaces, read.Failures.Keys.Order());
        Assert.Equal((1, 0), (source.Asked.Count, _divided));
    }

    [Fact]
    public async Task AQueryWhoseTextIsTooLongIsSeveral()
    {
        var source = new Bounded(1000);
        var many = Enumerable.Range(0, 200).Select(k => $"a-namespace-with-a-long-name-{k:000}").ToList();
        Assert.Equal(many, await NamesAsync(source, many));
        Assert.True(source.Asked.Count > 1);
        Assert.All(source.Texts, text => Assert.True(text.Length <= 1000));
        Assert.Equal(0, _divided);
    }

    /// <summary>Each source learns for itself what it can bear.</summary>
    [Fact]
    public async Task WhatOneSourceCannotBearIsAskedOfAnotherAtOnce()
    {
        await NamesAsync(new Bounded(4));
        var other = new Bounded(16);
        var read = await _reader.ReadAsync(other, new SeriesOrigin { Tenant = "b" }, Query, Namespaces, Range, SampleWorkload.Now, TestContext.Current.CancellationToken);
        Assert.Equal(16, read.Series.Count);
        Assert.Single(other.Asked);
    }

    private static SeriesRange Range => new(SampleWorkload.At(-60), SampleWorkload.Now, TimeSpan.FromSeconds(5));

    private async Task<IEnumerable<string>> NamesAsync(Bounded source, IReadOnlyList<string>? namespaces = null, int minutes = 0)
    {
        var read = await ReadAsync(source, namespaces ?? Namespaces, minutes);
        Assert.Empty(read.Failures);
        return Names(read);
    }

    private Task<SpannedSeries> ReadAsync(Bounded source, IReadOnlyList<string> namespaces, int minutes) =>
        _reader.ReadAsync(source, SeriesOrigin.Own, Query, namespaces, Range, SampleWorkload.At(minutes * 60), TestContext.Current.CancellationToken);

    private static IEnumerable<string> Names(SpannedSeries read) => read.Series.Select(one => one.Labels["namespace"]).Order(StringComparer.Ordinal);

    /// <summary>Gives a series for each namespace.</summary>
    private sealed partial class Bounded(int most) : ISeriesSource
    {
        public int Most { get; set; } = most;
        public string? Huge { get; set; }

        /// <summary>By how many last characters of its pods' names the huge one may be asked for.</summary>
        public int MostCharacters { get; init; }
        public string? Fails { get; init; }
        public string? FailsOf { get; set; }
        public List<string[]> Asked { get; } = [];
        public List<string> Texts { get; } = [];

        public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            await Task.Yield();
            var names = NamesOf().Match(query).Groups[1].Value.Split('|');
            var characters = CharactersOf().Match(query) is { Success: true } pods ? pods.Groups[1].Length : PodEnding.Characters.Length;
            lock (Asked)
            {
                Asked.Add(names);
                Texts.Add(query);
            }

            return Fails is not null ? throw new SeriesUnavailableException(Fails, "no")
                : FailsOf is not null && query.Contains(FailsOf, StringComparison.Ordinal) ? throw new SeriesUnavailableException("Timeout", "no")
                : names.Length > Most || (names.Contains(Huge) && characters > MostCharacters) ? throw new SeriesUnavailableException("TooLarge", "too much")
                : [.. from name in names
                      from _ in Enumerable.Range(0, name == Huge ? characters : 1)
                      select new Series(new Dictionary<string, string> { ["namespace"] = name }, [])];
        }

        [GeneratedRegex("namespace=~?\"([^\"]*)\"")]
        private static partial Regex NamesOf();

        [GeneratedRegex("pod=~\"\\(?\\.\\*\\[([^\\]]*)\\]")]
        private static partial Regex CharactersOf();
    }
}
