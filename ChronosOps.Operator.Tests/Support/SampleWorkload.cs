using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>The Deployment checkout of the namespace shop: revision 1 is well, revision 2 was released half a minute ago.</summary>
internal static class SampleWorkload
{
    public static readonly DateTimeOffset Now = FakeTime.Epoch;
    public static readonly DateTimeOffset RolloutStart = At(-30);
    public static readonly WorkloadKey Key = new(WorkloadKind.Deployment, "shop", "checkout");
    public static readonly TemplateFacts OldFacts = Facts("registry.example/checkout:1");
    public static readonly TemplateFacts NewFacts = Facts("registry.example/checkout:2");
    public static readonly RevisionSnapshot OldRevision = Revision(OldFacts, 1, "checkout-5f8d6c7b9", At(-86400));
    public static readonly RevisionSnapshot NewRevision = Revision(NewFacts, 2, "checkout-7c9b4d8f6", RolloutStart);

    /// <summary>The hash of the revision that is well.</summary>
    public static string Old => OldFacts.Revision;

    /// <summary>The hash of the revision under suspicion.</summary>
    public static string New => NewFacts.Revision;

    public static DateTimeOffset At(double seconds) => Now.AddSeconds(seconds);

    /// <summary>Both revisions run: the rollout of the new one is under way.</summary>
    public static WorkloadSnapshot Rolling() => new()
    {
        Key = Key,
        Uid = "uid-checkout",
        Generation = 2,
        ObservedGeneration = 2,
        Labels = new Dictionary<string, string> { ["app"] = "checkout" },
        Annotations = new Dictionary<string, string>(),
        RevisionNumber = 2,
        Paused = false,
        Replicas = 3,
        UpdatedReplicas = 1,
        AvailableReplicas = 3,
        TotalReplicas = 4,
        Strategy = "RollingUpdate",
        Current = NewFacts,
        RolloutStartedAt = RolloutStart,
        RollingSince = RolloutStart,
        Revisions = [NewRevision, OldRevision],
        Pods =
        [
            Pod("checkout-7c9b4d8f6-nnnn1", New, RolloutStart),
            .. Enumerable.Range(1, 3).Select(k => Pod($"checkout-5f8d6c7b9-oooo{k}", Old, At(-86400))),
        ],
    };

    /// <summary>The rollout is over: three pods of the new revision, none of the old one.</summary>
    public static WorkloadSnapshot RolledOut() => Rolling() with
    {
        RollingSince = null,
        UpdatedReplicas = 3,
        TotalReplicas = 3,
        Pods = [.. Enumerable.Range(1, 3).Select(k => Pod($"checkout-7c9b4d8f6-nnnn{k}", New, RolloutStart))],
    };

    /// <summary>The rollback is over: three pods of the old revision run again.</summary>
    public static WorkloadSnapshot RolledBack() => Rolling() with
    {
        RollingSince = null,
        Generation = 3,
        ObservedGeneration = 3,
        UpdatedReplicas = 3,
        TotalReplicas = 3,
        Current = OldFacts,
        Pods = [.. Enumerable.Range(1, 3).Select(k => Pod($"checkout-5f8d6c7b9-oooo{k}", Old, RolloutStart))],
    };

    /// <summary>Yesterday's release, proven since: three pods of the old revision, nothing else.</summary>
    public static WorkloadSnapshot Settled() => RolledBack() with
    {
        RolloutStartedAt = At(-86400),
        Revisions = [OldRevision],
        Pods = [.. Enumerable.Range(1, 3).Select(k => Pod($"checkout-5f8d6c7b9-oooo{k}", Old, At(-7200)))],
    };

    public static TemplateFacts Facts(string image, params ConfigReference[] references) =>
        TemplateFacts.Read(SampleTemplate.Of(image)) with { ConfigReferences = references };

    /// <summary>What runs of an image, with an annotation that whoever applied it has put on the template.</summary>
    public static TemplateFacts Stamped(string image, string annotation = "example.com/built-at")
    {
        var template = SampleTemplate.Of(image);
        template["metadata"]!["annotations"] = new JsonObject { [annotation] = "10:30" };
        return TemplateFacts.Read(template);
    }

    /// <summary>After a rollback of the new revision another one runs, and all three are kept.</summary>
    public static WorkloadSnapshot Released(TemplateFacts facts) => RolledOut() with
    {
        Generation = 4,
        ObservedGeneration = 4,
        Current = facts,
        Revisions = facts.Revision == New ? [NewRevision, OldRevision] : [Revision(facts, 4, "checkout-6d9f7c5b8", RolloutStart), OldRevision, NewRevision],
        Pods = [.. Enumerable.Range(1, 3).Select(k => Pod($"checkout-6d9f7c5b8-ssss{k}", facts.Revision, RolloutStart))],
    };

    public static RevisionSnapshot Revision(TemplateFacts facts, long number, string replicaSet, DateTimeOffset createdAt) =>
        new() { Facts = facts, Number = number, Holders = [replicaSet], CreatedAt = createdAt };

    public static PodSnapshot Pod(string name, string? revision, DateTimeOffset createdAt, bool ready = true, params ContainerSnapshot[] containers) => new()
    {
        Name = name,
        Uid = $"uid-{name}",
        Revision = revision,
        CreatedAt = createdAt,
        Ready = ready,
        Deleting = false,
        Containers = containers.Length > 0 ? containers : [Container(ready)],
    };

    public static ContainerSnapshot Container(bool ready = true, string name = "app") =>
        new() { Name = name, Image = "registry.example/checkout:2", Init = false, Ready = ready, RestartCount = 0 };
    /// <summary>A container that has ended for the third time, each time after so many seconds, the last time so many seconds ago, and runs again.</summary>
    public static ContainerSnapshot Ends(double run = 600, double ago = 120) =>
        Container() with { RestartCount = 3, ExitCode = 1, RanSince = At(-ago - run), TerminatedAt = At(-ago), RunsSince = At(-ago) };
}

/// <summary>Pod templates as they are on the wire.</summary>
internal static class SampleTemplate
{
    public static JsonObject Of(string image) => Parse($$"""
        {
          "metadata": { "labels": { "app": "checkout" } },
          "spec": { "containers": [ { "name": "app", "image": "{{image}}", "env": [ { "name": "MODE", "value": "fast" } ] } ] }
        }
        """);

    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
