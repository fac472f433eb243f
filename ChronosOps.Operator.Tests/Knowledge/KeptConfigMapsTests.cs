using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Knowledge;

public sealed class KeptConfigMapsTests
{
    [Theory]
    [InlineData(6)]
    [InlineData(250)]
    [InlineData(253)]
    public void ACopyHasAValidNameThatIsItsOwn(int length)
    {
        var names = new[] { 'a', 'b' }.Select(last => KeptConfigMaps.NameOf(new string('x', length - 1) + last)).ToList();
        Assert.All(names, name => Assert.Matches(ApiPatterns.DnsSubdomain, name));
        Assert.All(names, name => Assert.InRange(name.Length, 1, 253));
        Assert.NotEqual(names[0], names[1]);
    }

    /// <summary>The pods began two hours ago, a proof takes five minutes; times are seconds before the evaluation.</summary>
    [Theory]
    [InlineData(86400, 7200, 0, true)] // written before the pods began
    [InlineData(7200, 7200, 0, true)]
    [InlineData(310, 300, 0, true)]
    [InlineData(310, 299, 0, false)] // they have not served for long enough with it
    [InlineData(900, 7200, 0, true)] // written under them, and it would have shown
    [InlineData(899, 7200, 0, false)]
    [InlineData(60, 7200, 0, false)]
    [InlineData(86400, 7200, 15, false)] // did not serve well at this evaluation
    public void AContentIsProvenByPodsThatServeWellWithIt(double written, double began, double lastGood, bool expected)
    {
        var reading = SampleConfigMap.Serving();
        var workload = reading.Workload with { Pods = [.. reading.Workload.Pods.Select(pod => pod with { CreatedAt = SampleWorkload.At(-began) })] };
        Assert.Equal(expected, KeptConfigMaps.IsProven(reading with { Workload = workload }, [Good(SampleWorkload.Old, -lastGood)], SampleWorkload.At(-written)));
    }

    [Fact]
    public void NothingIsProvenByAnotherRevisionNorWithoutPods()
    {
        var reading = SampleConfigMap.Serving();
        Assert.False(KeptConfigMaps.IsProven(reading, [Good(SampleWorkload.New, 0), Good(SampleWorkload.Old, 0)], SampleWorkload.At(-86400)));
        Assert.False(KeptConfigMaps.IsProven(reading, [], SampleWorkload.At(-86400)));
        Assert.False(KeptConfigMaps.IsProven(reading with { Workload = reading.Workload with { Pods = [] } }, [Good(SampleWorkload.Old, 0)], SampleWorkload.At(-86400)));
    }

    [Fact]
    public void APolicyThatAsksForMoreIsNotSatisfiedWithLess()
    {
        var reading = SampleConfigMap.Serving();
        var patient = reading with { Policy = reading.Policy with { KnownGoodDuration = TimeSpan.FromHours(1) } };
        Assert.False(KeptConfigMaps.IsProven(patient, [Good(SampleWorkload.Old, 0)], SampleWorkload.At(-3599)));
        Assert.True(KeptConfigMaps.IsProven(patient, [Good(SampleWorkload.Old, 0)], SampleWorkload.At(-3600)));
    }

    [Theory]
    [InlineData("a=1", "a=1", "")]
    [InlineData("a=1", "a=2", "changed a")]
    [InlineData("a=1 b=1", "b=1 c=1", "added c; removed a")]
    [InlineData("b=1 a=1", "b=2 a=2", "changed a, b")]
    [InlineData("a=1", null, "removed a")]
    [InlineData("", "a=1 b=1 c=1 d=1 e=1 f=1 g=1", "added a, b, c, d, e and 2 more")]
    public void TheKeysThatDifferAreNamedAndNoValues(string before, string? after, string expected) =>
        Assert.Equal(expected, KeptConfigMaps.Compare(Of(before), after is null ? null : Of(after)).ToString());

    [Fact]
    public void BinaryValuesCountAsOthersDo()
    {
        var (text, binary) = (Of("a=YQ=="), new V1ConfigMap { BinaryData = new() { ["a"] = "YQ==" } });
        Assert.Equal("changed a", KeptConfigMaps.Compare(text, binary).ToString());
        Assert.True(KeptConfigMaps.Compare(binary, new V1ConfigMap { BinaryData = new() { ["a"] = "YQ==" } }).IsNone);
        Assert.Equal("added b", KeptConfigMaps.Compare(binary, new V1ConfigMap { Data = new() { ["b"] = "1" }, BinaryData = new() { ["a"] = "YQ==" } }).ToString());
        Assert.Equal(5, KeptConfigMaps.SizeOf(binary));
        Assert.Equal(0, KeptConfigMaps.SizeOf(new V1ConfigMap()));
    }

    [Fact]
    public void ACopySaysWhereItIsFromAndGoesWithThePolicy()
    {
        var copy = SampleConfigMap.Copy(SampleWorkload.At(-60), ("level", "1"));
        Assert.Equal(("settings-known-good", "shop", SampleWorkload.At(-60)), (copy.Name(), copy.Namespace(), KeptConfigMaps.KeptAt(copy)));
        Assert.Equal("""{"app.kubernetes.io/managed-by":"chronosops","chronosops.io/known-good-of":"settings"}""", System.Text.Json.JsonSerializer.Serialize(copy.Metadata.Labels));
        Assert.Equal(
            ("settings", "uid-settings", "41", "Deployment shop/checkout", SampleWorkload.Old),
            (copy.GetAnnotation("chronosops.io/source"), copy.GetAnnotation("chronosops.io/source-uid"), copy.GetAnnotation("chronosops.io/source-resource-version"), copy.GetAnnotation("chronosops.io/workload"), copy.GetAnnotation("chronosops.io/revision")));
        var owner = Assert.Single(copy.Metadata.OwnerReferences!);
        Assert.Equal(("RemediationPolicy", "checkout", "uid-policy", null, null), (owner.Kind, owner.Name, owner.Uid, owner.Controller, owner.BlockOwnerDeletion));
        Assert.True(KeptConfigMaps.IsCopyOf(copy, "settings"));
        Assert.False(KeptConfigMaps.IsCopyOf(copy, "other"));
        Assert.False(KeptConfigMaps.IsCopy(SampleConfigMap.Of()));
    }

    private static V1ConfigMap Of(string entries) =>
        SampleConfigMap.Of([.. entries.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=', 2)).Select(entry => (entry[0], entry[1]))]);

    private static KnownGoodRevision Good(string revision, double at) => new() { Revision = revision, ProvenAt = SampleWorkload.At(-80000), LastGoodAt = SampleWorkload.At(at) };
}
