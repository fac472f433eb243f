using System.Text.Json;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Api;

public sealed class ApiJsonTests
{
    [Fact]
    public void TimesAreWrittenInUtcToTheMillisecond()
    {
        var action = new Incident { Status = new() { DetectedAt = new DateTimeOffset(2024, 1, 1, 14, 0, 0, 250, TimeSpan.FromHours(2)) } };
        Assert.Equal("2024-01-01T12:00:00.250Z", JsonSerializer.SerializeToNode(action, ApiResources.Incidents.Json)!["status"]!["detectedAt"]!.ToString());
    }

    [Theory]
    [InlineData("2024-01-01T12:00:00Z")]
    [InlineData("2024-01-01T12:00:00.000Z")]
    [InlineData("2024-01-01T14:00:00+02:00")]
    [InlineData("2024-01-01T12:00:00.000000Z")]
    public void EveryTimeOfTheApiIsRead(string text) => Assert.Equal(SampleWorkload.Now, Read<Incident>($$"""{ "status": { "detectedAt": "{{text}}" } }""").Status!.DetectedAt);

    [Theory]
    [InlineData("""{ "spec": { "mode": "observe" } }""")]
    [InlineData("""{ "spec": { "mode": 1 } }""")]
    [InlineData("""{ "spec": { "mode": "Observe,Autonomous" } }""")]
    [InlineData("""{ "spec": { "mode": "Observe", "mode": "Autonomous" } }""")]
    [InlineData("""{ "spec": { "signals": [ { "name": "x", "preset": "HttpErrors" } ] } }""")]
    public void WhatTheSchemaForbidsIsNotTakenForSomethingElse(string json) => Assert.Throws<JsonException>(() => Read<RemediationPolicy>(json));

    [Fact]
    public void AnIncidentSurvivesBeingWrittenAndRead()
    {
        var text = JsonSerializer.Serialize(SampleIncident.Resolved(), ApiResources.Incidents.Json);
        Assert.Equal(text, JsonSerializer.Serialize(Read<Incident>(text), ApiResources.Incidents.Json));
    }

    [Fact]
    public void FieldsOfANewerVersionAreKept()
    {
        var policy = Read<RemediationPolicy>("""{ "spec": { "workloads": { "name": "a" } }, "future": { "x": 1 } }""");
        Assert.Equal("""{"x":1}""", JsonSerializer.SerializeToNode(policy, ApiResources.Policies.Json)!["future"]!.ToJsonString());
    }

    private static T Read<T>(string json) => (T)JsonSerializer.Deserialize(json, typeof(T), ChronosJson.Default)!;
}
