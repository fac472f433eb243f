using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>Pods and watch lines as a server writes them.</summary>
internal static class Json
{
    public const string Gone = """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (9)","reason":"Expired","code":410}""";

    /// <summary>What a 1.20 server says to <c>sendInitialEvents</c>, which it does not know, because of the parameter beside it.</summary>
    public const string NoStreamedLists = """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ListOptions.meta.k8s.io is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch","reason":"Invalid","code":422}""";

    public static string Pod(string name, string version, string? uid = null, string extra = "") =>
        $$"""{"metadata":{"name":"{{name}}","namespace":"shop","uid":"{{uid ?? "u-" + name}}","resourceVersion":"{{version}}"}{{extra}} }""";

    /// <summary>A pod whose spec no reader of pods can make sense of.</summary>
    public static string BadPod(string name, string version) => Pod(name, version, extra: ""","spec":{"containers":"none"}""");

    public static string Line(string type, string obj) => $$"""{"type":"{{type}}","object":{{obj}} }""" + "\n";

    public static string Bookmark(string version) => Line("BOOKMARK", $$"""{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"{{version}}"} }""");

    public static V1Pod TypedPod(string name, string version = "1", string? uid = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "shop", Uid = uid ?? "u-" + name, ResourceVersion = version },
    };
}
