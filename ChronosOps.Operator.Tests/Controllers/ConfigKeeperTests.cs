using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>The Deployment checkout refers to the ConfigMap settings, and has served well with it for two hours.</summary>
public sealed class ConfigKeeperTests
{
    private const string Folder = "/api/v1/namespaces/shop/configmaps";
    private static readonly ConfigReference Settings = new("ConfigMap", "settings", false);

    /// <summary>Why nothing is kept, and how it comes about.</summary>
    private static readonly Dictionary<string, Action<ConfigKeeperTests>> Reasons = new()
    {
        ["the policy does not ask for it"] = one => one._readings = [SampleConfigMap.Serving(keeps: false, Settings)],
        ["something is bad"] = one => one._readings[0] = one._readings[0] with { Signals = [SampleBundle.Reading("errors", SignalState.Pending)] },
        ["another workload that refers to it is ill"] = one => one._readings.Add(Another(SampleBundle.Fires("errors", null))),
        ["an incident is open"] = one => one._incidents = [SampleContext.In(IncidentPhase.Escalated, "errors")],
        ["an incident is mitigated and watched"] = one => one._incidents = [SampleContext.In(IncidentPhase.Mitigated, "errors")],
        ["the revision has not proved itself"] = one => one._book.Seed("uid-checkout", []),
        ["it was changed a minute ago"] = one => one.Put(SampleConfigMap.Of(("level", "2")), written: -60),
        ["it is too large"] = one => one.Put(SampleConfigMap.Of(("level", new string('x', KeptConfigMaps.MaxBytes)))),
        ["its name is somebody else's"] = one => one.Put(Named(SampleConfigMap.Kept)),
        ["it is a copy itself"] = one => (one._readings, one._maps[SampleConfigMap.Kept]) = ([SampleConfigMap.Serving(true, Settings with { Name = SampleConfigMap.Kept })], Written(SampleConfigMap.Copy(SampleWorkload.At(-9000)), -9000)),
        ["it is a Secret"] = one => one._readings = [SampleConfigMap.Serving(true, Settings with { Kind = "Secret" })],
        ["it is gone"] = one => one._maps.Clear(),
    };

    private readonly Dictionary<string, JsonObject> _maps = [];
    private readonly KnownGoodBook _book = new();
    private readonly FakeTime _time = new();
    private List<WorkloadReading> _readings = [SampleConfigMap.Serving(true, Settings)];
    private Incident[] _incidents = [];

    public ConfigKeeperTests()
    {
        _book.Seed("uid-checkout", [new KnownGoodRevision { Revision = SampleWorkload.Old, ProvenAt = SampleWorkload.At(-80000), LastGoodAt = SampleWorkload.Now }]);
        Put(SampleConfigMap.Of(("level", "1")));
    }

    public static TheoryData<string> NotKept => [.. Reasons.Keys];

    [Fact]
    public async Task WhatAKnownGoodRevisionRefersToIsKeptOnce()
    {
        var api = await RunAsync(rounds: 2);
        var write = Assert.Single(api.Writes);
        Assert.Equal(("POST", $"{Folder}?fieldManager=chronosops"), (write.Method, write.PathAndQuery));
        Assert.Equal(("settings-known-good", """{"level":"1"}"""), ((string?)write.Body!["metadata"]!["name"], write.Body["data"]!.ToJsonString()));
        Assert.DoesNotContain(api.Writes, one => one.PathAndQuery.Contains($"{Folder}/settings?", StringComparison.Ordinal));
    }

    /// <summary>One that begins anew knows nothing but what it reads.</summary>
    [Fact]
    public async Task WhatIsKeptAlreadyIsNotWrittenAgain()
    {
        Put(SampleConfigMap.Copy(SampleWorkload.At(-9000), ("level", "1")));
        Assert.Empty((await RunAsync(rounds: 2)).Writes);
    }

    [Fact]
    public async Task AChangeThatWasServedWellWithTakesThePlaceOfWhatWasThere()
    {
        Put(SampleConfigMap.Copy(SampleWorkload.At(-9000), ("level", "0")));
        var write = Assert.Single((await RunAsync()).Writes);
        Assert.Equal(("PUT", $"{Folder}/settings-known-good?fieldManager=chronosops"), (write.Method, write.PathAndQuery));
        Assert.Equal(("41", """{"level":"1"}"""), ((string?)write.Body!["metadata"]!["resourceVersion"], write.Body["data"]!.ToJsonString()));
    }

    [Fact]
    public async Task ACopyThatSomebodyDeletedIsMadeAgainWithinTheHour()
    {
        var keeper = await KeeperAsync(out var api);
        await keeper.KeepAsync(TestContext.Current.CancellationToken);
        _maps.Remove(SampleConfigMap.Kept);
        _time.Advance(TimeSpan.FromMinutes(59));
        await keeper.KeepAsync(TestContext.Current.CancellationToken);
        Assert.Single(api.Writes);
        _time.Advance(TimeSpan.FromMinutes(1));
        await keeper.KeepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["POST", "POST"], api.Writes.Select(write => write.Method));
    }

    [Theory]
    [MemberData(nameof(NotKept))]
    public async Task NothingIsKeptWhere(string reason)
    {
        Reasons[reason](this);
        Assert.Empty((await RunAsync()).Writes);
    }

    private async Task<FakeApi> RunAsync(int rounds = 1)
    {
        var keeper = await KeeperAsync(out var api);
        for (var round = 0; round < rounds; round++)
        {
            await keeper.KeepAsync(TestContext.Current.CancellationToken);
        }

        return api;
    }

    private Task<ConfigKeeper> KeeperAsync(out FakeApi api)
    {
        var made = api = new FakeApi(Answer);
        return MakeAsync(made);

        async Task<ConfigKeeper> MakeAsync(FakeApi server)
        {
            var cache = new Informer<Incident>(server.Client.For(ApiResources.Incidents), new() { StreamLists = false });
            await SampleCaches.FillAsync(cache, TestContext.Current.CancellationToken);
            var board = new SignalBoard();
            board.Publish(_readings);
            return new ConfigKeeper(server.Client, board, _book, new IncidentBook(cache), _time, NullLogger<ConfigKeeper>.Instance);
        }
    }

    private FakeAnswer Answer(FakeRequest request)
    {
        if (request.PathAndQuery.Contains("/incidents", StringComparison.Ordinal))
        {
            return SampleCaches.List(request, [.. _incidents.Select(one => JsonSerializer.Serialize(one, ChronosJson.Default.Incident))]);
        }

        if (request.Method == "GET")
        {
            return _maps.TryGetValue(request.PathAndQuery[(Folder.Length + 1)..], out var found) ? new FakeAnswer(200, found.ToJsonString()) : new FakeAnswer(404);
        }

        _maps[(string)request.Body!["metadata"]!["name"]!] = request.Body.DeepClone().AsObject();
        return new FakeAnswer(request.Method == "POST" ? 201 : 200, request.Body.ToJsonString());
    }

    private void Put(V1ConfigMap map, double written = -80000)
    {
        map.Metadata.ResourceVersion = "41";
        _maps[map.Name()] = Written(map, written);
    }

    private static JsonObject Written(V1ConfigMap map, double at)
    {
        var json = JsonSerializer.SerializeToNode(map, KubernetesResources.ConfigMaps.Json)!.AsObject();
        json["metadata"]!["managedFields"] = new JsonArray(new JsonObject { ["time"] = SampleWorkload.At(at).ToString("O", System.Globalization.CultureInfo.InvariantCulture) });
        return json;
    }

    private static V1ConfigMap Named(string name)
    {
        var map = SampleConfigMap.Of(("level", "9"));
        map.Metadata.Name = name;
        return map;
    }

    private static WorkloadReading Another(SignalReading signal)
    {
        var one = SampleConfigMap.Serving(keeps: false, Settings);
        return one with { Workload = one.Workload with { Key = one.Workload.Key with { Name = "cart" }, Uid = "uid-cart" }, Signals = [signal] };
    }
}
