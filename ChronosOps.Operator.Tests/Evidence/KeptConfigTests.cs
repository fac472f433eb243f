using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

/// <summary>The ConfigMap settings was changed half a minute ago; what was kept of it is held against it.</summary>
public sealed class KeptConfigTests
{
    private static readonly DateTimeOffset Changed = SampleWorkload.At(-30);
    private static readonly ConfigReference Settings = new("ConfigMap", "settings", false);

    [Fact]
    public void ACopyOfBeforeTheChangeTellsWhichKeysDiffer()
    {
        var kept = KeptConfig.Of("shop", "settings", SampleConfigMap.Of(("level", "2")), Changed, SampleConfigMap.Copy(SampleWorkload.At(-600), ("level", "1")));
        Assert.Equal((SampleWorkload.At(-600), "changed level", true, null), (kept.KeptAt, kept.Difference?.ToString(), kept.CanBeRestored, kept.Missing));
        Assert.Equal(("settings-known-good", "chronosops config restore configmap/settings -n shop"), (kept.Name, kept.Restore));
    }

    [Fact]
    public void OfOneThatIsGoneEverythingCanBeRestored()
    {
        var kept = KeptConfig.Of("shop", "settings", null, null, SampleConfigMap.Copy(SampleWorkload.At(-600), ("level", "1")));
        Assert.Equal(("removed level", true), (kept.Difference?.ToString(), kept.CanBeRestored));
    }

    [Fact]
    public void AWriteThatLeftAllAsItWasLeavesNothingToRestore() =>
        Assert.False(KeptConfig.Of("shop", "settings", SampleConfigMap.Of(("level", "1")), Changed, SampleConfigMap.Copy(SampleWorkload.At(-600), ("level", "1"))).CanBeRestored);

    [Theory]
    [InlineData("none", "none was kept before")]
    [InlineData("large", "it is larger than 256 KiB")]
    [InlineData("foreign", "ConfigMap settings-known-good is somebody else's")]
    [InlineData("timeless", "ConfigMap settings-known-good does not say when it was kept")]
    [InlineData("late", "what was kept at 11:59:50Z is what it holds since the change")]
    public void WhereThereIsNothingToGoByItSaysWhy(string copy, string expected)
    {
        var timeless = SampleConfigMap.Copy(SampleWorkload.At(-600));
        timeless.Metadata.Annotations!.Remove(KeptConfigMaps.KeptAtAnnotation);
        var found = copy switch
        {
            "foreign" => SampleConfigMap.Of(),
            "timeless" => timeless,
            "late" => SampleConfigMap.Copy(SampleWorkload.At(-10), ("level", "2")),
            _ => null,
        };
        var now = SampleConfigMap.Of(("level", copy == "large" ? new string('x', KeptConfigMaps.MaxBytes) : "2"));
        var kept = KeptConfig.Of("shop", "settings", now, Changed, found);
        Assert.Equal((expected, false, null), (kept.Missing, kept.CanBeRestored, kept.Difference));
    }

    [Theory]
    [InlineData(true, -30, "changed level")]
    [InlineData(true, -3600, null)] // too long ago to be suspected
    [InlineData(false, -30, null)]
    public async Task OnlyASuspectIsReadAndOnlyWhereThePolicyKeepsThem(bool keeps, double changed, string? expected)
    {
        var (now, copy) = (Json(SampleConfigMap.Of(("level", "2")), changed), Json(SampleConfigMap.Copy(SampleWorkload.At(-4000), ("level", "1")), -4000));
        var api = new FakeApi(request => new FakeAnswer(200, request.PathAndQuery.EndsWith(SampleConfigMap.Kept, StringComparison.Ordinal) ? copy : now));
        var reading = SampleConfigMap.Serving(keeps, Settings);
        var revision = SampleWorkload.OldRevision with { Facts = reading.Workload.Current };
        var bundle = SampleBundle.PodFault() with { Workload = reading.Workload with { Revisions = [revision] } };
        var collected = await new ConfigCollector(api.Client).CollectAsync(bundle, new CollectionRequest(reading, SampleBundle.Onset, SampleWorkload.Now), TestContext.Current.CancellationToken);
        Assert.Equal(expected, Assert.Single(collected.Configs).Kept?.Difference?.ToString());
        Assert.Equal(expected is null ? 1 : 3, api.Requests.Count);
    }

    private static string Json(V1ConfigMap map, double written)
    {
        var json = JsonSerializer.SerializeToNode(map, KubernetesResources.ConfigMaps.Json)!.AsObject();
        json["metadata"]!["managedFields"] = new JsonArray(new JsonObject { ["time"] = SampleWorkload.At(written).ToString("O", System.Globalization.CultureInfo.InvariantCulture) });
        return json.ToJsonString();
    }
}
