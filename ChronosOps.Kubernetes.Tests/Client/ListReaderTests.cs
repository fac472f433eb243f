using System.Text;
using System.Text.Json;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

public class ListReaderTests
{
    private static readonly string Three = List($"{Json.Pod("a", "1")}, {Json.BadPod("bad", "2")},{Json.Pod("b", "3", extra: ""","spec":{"nodeName":"\u00e9 \"n]}\" [{"}""")}");

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task ObjectsAreTheSameHoweverTheBytesAreCut(int chunk)
    {
        var list = await ReadAsync(Three, chunk);
        Assert.Equal(["a/1", "b/3"], list.Items.Select(pod => $"{pod.Name()}/{pod.Metadata.ResourceVersion}"));
        Assert.Equal("é \"n]}\" [{", list.Items[1].Spec!.NodeName);
        Assert.Equal(new ObjectKey("shop", "bad"), Assert.Single(list.Undecodable).Key);
        Assert.Equal(("9", "more"), (list.Metadata.ResourceVersion, list.Metadata.Continue));
    }

    [Fact]
    public async Task AnObjectMayBeLargerThanAnyBuffer()
    {
        var large = Json.Pod("large", "1", extra: $$""","spec":{"nodeName":"{{new string('n', 300_000)}}"}""");
        var list = await ReadAsync(List($"{Json.Pod("a", "1")},{large},{Json.Pod("b", "1")}"), 10_000);
        Assert.Equal([null, 300_000, null], list.Items.Select(pod => pod.Spec?.NodeName?.Length));
    }

    [Fact]
    public async Task AnEndlessObjectIsGivenUp()
    {
        var endless = List(Json.Pod("endless", "1", extra: $$""","spec":{"nodeName":"{{new string('n', WatchStream.LongestLine + 200_000)}}"}"""));
        Assert.Contains("longer than", (await Assert.ThrowsAsync<JsonException>(() => ReadAsync(endless, 1_000_000))).Message);
    }

    /// <summary>Characters of several bytes and escapes across the ends of buffers, wherever those are.</summary>
    [Fact]
    public async Task ObjectsMayLieAcrossBuffers()
    {
        var pods = Enumerable.Range(0, 40).Select(i => Json.Pod($"p{i}", "1", extra: $$""","spec":{"nodeName":"{{new string('x', i)}}{{string.Concat(Enumerable.Repeat("é€😀\\\"", 500))}}"}"""));
        var list = await ReadAsync(List(string.Join(",", pods)), 5_003);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => new string('x', i) + string.Concat(Enumerable.Repeat("é€😀\\\"", 500)).Replace("\\\"", "\"", StringComparison.Ordinal)), list.Items.Select(pod => pod.Spec!.NodeName));
        Assert.Empty(list.Undecodable);
    }

    [Theory]
    [InlineData("""{"items":[],"metadata":{"resourceVersion":"9"}}""")]
    [InlineData("""{"items":null,"metadata":{"resourceVersion":"9"}}""")]
    [InlineData(""" {"kind":"List","other":{"items":[1,{}]},"metadata":{"resourceVersion":"9"},"items":[ ]} """)]
    public async Task NothingIsThere(string json)
    {
        var list = await ReadAsync(json, 3);
        Assert.Empty(list.Items);
        Assert.Empty(list.Undecodable);
        Assert.Equal("9", list.Metadata.ResourceVersion);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("""{"items":{}}""")]
    [InlineData("""{"items":"x"}""")]
    public Task WhatIsNoListIsAnError(string json) => Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(json, 5));

    [Fact]
    public async Task AListThatEndsTooEarlyIsAnErrorWhereverItEnds()
    {
        for (var length = 0; length < Three.TrimEnd().Length; length++)
            await Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(Three[..length], 64));
    }

    [Fact]
    public async Task ObjectsAreTransformedWhileTheOthersAreStillOnTheWay()
    {
        await using var stream = new ChunkedStream(Encoding.UTF8.GetBytes(Three), 16);
        var read = new List<long>();
        var list = await new ListReader<V1Pod>(KubernetesResources.Pods, pod =>
        {
            read.Add(stream.Position);
            return pod.Name() == "a" ? throw new InvalidOperationException("no") : pod;
        }).ReadAsync(stream, TestContext.Current.CancellationToken);
        Assert.Equal(read.Distinct().Order(), read);
        Assert.True(read[0] < stream.Length / 2);
        Assert.Equal("the transformation failed: no", list.Undecodable.Single(bad => bad.Key.Name == "a").Message);
        Assert.DoesNotContain(list.Items, pod => pod.Name() == "a");
    }

    private static string List(string items) => $$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"more"},"items":[{{items}}]}""" + "\n";

    private static async Task<KubernetesList<V1Pod>> ReadAsync(string json, int chunk)
    {
        await using var stream = new ChunkedStream(Encoding.UTF8.GetBytes(json), chunk);
        return await new ListReader<V1Pod>(KubernetesResources.Pods).ReadAsync(stream, TestContext.Current.CancellationToken);
    }
}
