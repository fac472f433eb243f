using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using YamlDotNet.RepresentationModel;

namespace ChronosOps.Kubernetes.Tests;

public class YamlWriterTests
{
    [Theory]
    [InlineData("plain words", "plain words")]
    [InlineData("", "''")]
    [InlineData("true", "'true'")]
    [InlineData("No", "'No'")]
    [InlineData("null", "'null'")]
    [InlineData("1.20", "'1.20'")]
    [InlineData("0x1F", "'0x1F'")]
    [InlineData("2026-01-01", "'2026-01-01'")]
    [InlineData("it's: a", "'it''s: a'")]
    [InlineData("a #b", "'a #b'")]
    [InlineData("- x", "'- x'")]
    [InlineData("*star", "'*star'")]
    [InlineData("^[a-z]+$", "^[a-z]+$")]
    public void TextsAreQuotedOnlyWhereAReaderWouldMistakeThem(string text, string yaml) =>
        Assert.Equal($"k: {yaml}\n", YamlWriter.Write(new JsonObject { ["k"] = text }));

    [Fact]
    public void ListsAndObjectsAreNestedLikeKubectlDoes() => Assert.Equal("""
        a:
        - b: 1
          c:
          - x
          - []
        - {}
        d: null

        """.ReplaceLineEndings("\n"), YamlWriter.Write(JsonNode.Parse("""{"a":[{"b":1,"c":["x",[]]},{}],"d":null}""")));

    [Fact]
    public void WhateverTheTextAReaderGetsItBack() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => text is null || text.Any(char.IsSurrogate) || ReadBack(text) == text).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Theory]
    [InlineData("word\n")]
    [InlineData("true\n")]
    [InlineData("two\nlines")]
    [InlineData("two\nlines\n")]
    [InlineData("two\n\nlines\n\n")]
    [InlineData(" starts\nblank")]
    [InlineData("tab\there")]
    [InlineData("ends \nblank")]
    [InlineData("emoji 🙂 and é")]
    [InlineData("---")]
    [InlineData("a: b")]
    [InlineData("[x]")]
    [InlineData("{x}")]
    [InlineData("trailing ")]
    [InlineData("%x")]
    [InlineData("back\\slash")]
    [InlineData("ends:")]
    public void OddTextsSurvive(string text) => Assert.Equal(text, ReadBack(text));

    private static string? ReadBack(string text)
    {
        var yaml = YamlWriter.Write(new JsonObject { ["outer"] = new JsonArray(new JsonObject { ["k"] = text, ["after"] = "x" }) });
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var entry = (YamlMappingNode)((YamlSequenceNode)stream.Documents[0].RootNode["outer"])[0];
        Assert.Equal("x", ((YamlScalarNode)entry["after"]).Value);
        return ((YamlScalarNode)entry["k"]).Value;
    }
}
