using System.Text.RegularExpressions;
using ChronosOps.Operator.PromQl;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.PromQl;

public sealed partial class PromQlScopeProperties
{
    [Fact]
    public void EverySelectorOfAnyQueryCarriesTheMatcherAndScopingTwiceChangesNothing() =>
        Prop.ForAll(PromQlQueries.All.ToArbitrary(), query =>
        {
            Assert.True(PromQlScope.TryScope(query.Text, "shop", out var scoped, out var error), $"{query.Text}: {error}");
            Assert.Equal(WithoutBlanks(query.Bound), WithoutBlanks(scoped));
            Assert.True(PromQlScope.TryScope(scoped, "shop", out var again, out _));
            Assert.Equal(scoped, again);
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(2000).WithEndSize(60));

    [Fact]
    public void AQueryOfAnotherNamespaceIsRefusedWhereverItStands() =>
        Prop.ForAll(PromQlQueries.All.ToArbitrary(), query =>
        {
            Assert.True(PromQlScope.TryScope(query.Text, "shop", out var scoped, out _));
            Assert.False(PromQlScope.TryScope(scoped, "bank", out _, out var error));
            Assert.Contains("reaches beyond the namespace bank", error, StringComparison.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void WhatIsLeftOfADamagedQueryIsRefusedOrBoundAllTheSame()
    {
        Prop.ForAll(DamagedQueries.All.ToArbitrary(), query =>
        {
            if (!PromQlScope.TryScope(query, "shop", out var scoped, out var error))
            {
                Assert.Matches("^at character [0-9]+: .", error);
                return;
            }

            // Told apart by other means than the tokenizer: without strings, every pair of braces holds the matcher.
            var bare = Strings().Replace(scoped, m => m.Value[1..^1] is "shop" or "namespace" ? m.Value[1..^1] : "_");
            Assert.All(Braces().Matches(bare), braces => Assert.Matches(@"namespace\s*=\s*shop", braces.Value));
            Assert.True(PromQlScope.TryScope(scoped, "shop", out var again, out _));
            Assert.Equal(scoped, again);
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(5000).WithEndSize(60));
    }

    private static string WithoutBlanks(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    [GeneratedRegex("""`[^`]*`|"(\\.|[^"\\])*"|'(\\.|[^'\\])*'""", RegexOptions.Singleline)]
    private static partial Regex Strings();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();
}
