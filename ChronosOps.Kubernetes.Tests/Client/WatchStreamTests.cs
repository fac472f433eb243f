using System.Text;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

public class WatchStreamTests
{
    private static readonly string[] Two = [Json.Line("ADDED", Json.Pod("a", "1")), Json.Line("DELETED", Json.Pod("b", "2"))];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task LinesAreTheSameHoweverTheBytesAreCut(int chunk)
    {
        var events = await ReadAsync(string.Concat(Two) + "\n  \r\n", chunk);
        Assert.Equal([(WatchEventType.Added, "a", "1"), (WatchEventType.Deleted, "b", "2")],
            events.Select(raw => (raw.Event.Type, raw.Event.Object!.Name(), raw.Event.ResourceVersion!)));
    }

    [Fact]
    public async Task AnEndlessLineIsGivenUp()
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync("{\"type\":\"ADDED\",\"object\":{\"x\":\"" + new string('y', 5000), 512, longest: 1000));
        Assert.Contains("1000", error.Message);
    }

    [Fact]
    public async Task AnUnreadableObjectKeepsItsPlaceInTheOrderOfVersions()
    {
        var raw = Assert.Single(await ReadAsync(Json.Line("MODIFIED", Json.BadPod("bad", "17")), 100));
        Assert.Equal(("17", new ObjectKey("shop", "bad")), (raw.Event.ResourceVersion, raw.Failure!.Key));
    }

    [Fact]
    public async Task AnErrorCarriesTheServersStatus()
    {
        var raw = Assert.Single(await ReadAsync(Json.Line("ERROR", Json.Gone), 100));
        Assert.Equal((WatchEventType.Error, 410), (raw.Event.Type, raw.Event.Status!.Code));
    }

    private static async Task<List<RawWatchEvent<V1Pod>>> ReadAsync(string text, int chunk, int longest = WatchStream.LongestLine)
    {
        var events = new List<RawWatchEvent<V1Pod>>();
        await using var stream = new ChunkedStream(Encoding.UTF8.GetBytes(text), chunk);
        await foreach (var raw in WatchStream.ReadAsync(stream, KubernetesResources.Pods, TestContext.Current.CancellationToken, longest))
            events.Add(raw);
        return events;
    }
}
