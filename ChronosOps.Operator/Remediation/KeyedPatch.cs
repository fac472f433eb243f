using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Remediation;

/// <summary>
/// Effect and key in one JSON Patch (RFC 6902). It applies only to the very object that was judged, and where nobody has changed our key in between.
/// </summary>
public static class KeyedPatch
{
    private const string AnnotationsPath = "/metadata/annotations";
    private const string KeyPath = AnnotationsPath + "/chronosops.io~1last-action";
    private const string HoldPath = AnnotationsPath + "/chronosops.io~1hold";

    /// <summary>Writes the patch.</summary>
    /// <param name="action">The action, with its key and the one before.</param>
    /// <param name="tests">What must be so besides.</param>
    /// <param name="effect">What is changed.</param>
    /// <param name="annotations">The object's annotations as the gates saw them; a hold of a moment ago counts.</param>
    /// <param name="further">Further annotations that the gates went by, and that must be as they saw them.</param>
    public static JsonArray Write(ActionRecord action, IEnumerable<JsonObject> tests, IEnumerable<JsonObject> effect, IReadOnlyDictionary<string, string> annotations, IEnumerable<string>? further = null)
    {
        var patch = new JsonArray([.. tests]);
        if (annotations.Count == 0)
        {
            // Below what is not there nothing can be tested or added.
            patch.Add(Test(AnnotationsPath, null));
            Append(patch, effect);
            patch.Add(Operation("add", AnnotationsPath, new JsonObject { [ApiGroup.LastActionAnnotation] = action.Key }));
            return patch;
        }

        patch.Add(Test(KeyPath, action.PreviousKey));
        patch.Add(Test(HoldPath, annotations.GetValueOrDefault(ApiGroup.HoldAnnotation)));
        Append(patch, (further ?? []).Select(name => Test($"{AnnotationsPath}/{name.Replace("/", "~1", StringComparison.Ordinal)}", annotations.GetValueOrDefault(name))));
        Append(patch, effect);
        patch.Add(Operation("add", KeyPath, action.Key));
        return patch;
    }

    /// <summary>The annotations by which a workload opts out of an action.</summary>
    public static IEnumerable<string> OptOuts(RemediationAction action) => OptOut.Against(action).Select(word => word.Annotation);

    /// <summary>What must be so.</summary>
    public static JsonObject Test(string path, JsonNode? value) => Operation("test", path, value);

    /// <summary>What takes the place of what is there.</summary>
    public static JsonObject Replace(string path, JsonNode? value) => Operation("replace", path, value);

    /// <summary>What comes to be there, or takes the place of what is.</summary>
    public static JsonObject Add(string path, JsonNode? value) => Operation("add", path, value);

    /// <summary>What the API server makes of the patch.</summary>
    /// <exception cref="KubernetesException">It cannot be told what became of it.</exception>
    public static async Task<EffectOutcome> AnswerAsync(ActionRecord action, Task patched)
    {
        try
        {
            await patched.ConfigureAwait(false);
            return new EffectOutcome(EffectState.InPlace, $"the API server accepted the patch with key {action.Key}");
        }
        catch (KubernetesException e) when (!e.IsOutcomeUnknown)
        {
            return new EffectOutcome(EffectState.NotInPlace, $"the API server refused the patch: {e.Message}");
        }
    }

    private static void Append(JsonArray patch, IEnumerable<JsonObject> operations)
    {
        foreach (var operation in operations)
        {
            patch.Add(operation);
        }
    }

    private static JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };
}
