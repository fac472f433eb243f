using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes.Models;

/// <summary>A change to an object, as JSON and the rule by which the server applies it.</summary>
public sealed record V1Patch(JsonNode Content, V1Patch.PatchType Type)
{
    /// <summary>The media type of RFC 6902, for requests by path.</summary>
    public const string JsonPatchContentType = "application/json-patch+json";

    public enum PatchType
    {
        /// <summary>RFC 6902: a list of operations. The only kind that can make a write conditional (<c>test</c>).</summary>
        JsonPatch,

        /// <summary>RFC 7386: objects are merged, lists replaced, null deletes.</summary>
        MergePatch,

        /// <summary>Like a merge, lists by their keys. Not for custom resources.</summary>
        StrategicMergePatch,

        /// <summary>Server-side apply: needs a field manager.</summary>
        ApplyPatch,
    }

    internal string ContentType => Type switch
    {
        PatchType.JsonPatch => JsonPatchContentType,
        PatchType.MergePatch => "application/merge-patch+json",
        PatchType.StrategicMergePatch => "application/strategic-merge-patch+json",
        PatchType.ApplyPatch => "application/apply-patch+yaml",
        _ => throw new ArgumentOutOfRangeException(nameof(Type), Type, "unknown patch type"),
    };
}
