using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Remediation;

/// <summary>Hands the fields that our patch took back to whoever applies the object. Changes nothing but metadata.managedFields; safe to repeat.</summary>
public sealed class FieldReturn(KubernetesClient client)
{
    private const int Tries = 5;

    /// <summary>Tries it.</summary>
    /// <param name="path">The URL path of the object.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether we hold nothing of the spec any more. A refusal is no reason to fail.</returns>
    public async Task<bool> TryAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            for (var i = 0; i < Tries; i++)
            {
                var live = await client.SendAsync(HttpMethod.Get, path, ct: cancellationToken).ConfigureAwait(false);
                if (live?["metadata"]?["managedFields"] is not JsonArray fields || FieldOwnership.HandBack(fields) is not { } without)
                {
                    return true;
                }

                if (await ReplaceAsync(path, live["metadata"]!["resourceVersion"]!, without, cancellationToken).ConfigureAwait(false))
                {
                    return true;
                }
            }
        }
        catch (KubernetesException)
        {
            // The effect stands; the next look tries again.
        }

        return false;
    }

    /// <returns>False where the object moved on between read and write (its rollout is under way): read again.</returns>
    private async Task<bool> ReplaceAsync(string path, JsonNode resourceVersion, JsonArray fields, CancellationToken cancellationToken)
    {
        JsonArray patch =
        [
            new JsonObject { ["op"] = "test", ["path"] = "/metadata/resourceVersion", ["value"] = resourceVersion.DeepClone() },
            new JsonObject { ["op"] = "replace", ["path"] = "/metadata/managedFields", ["value"] = fields },
        ];
        try
        {
            await client.SendAsync(HttpMethod.Patch, $"{path}?fieldManager={ApiGroup.FieldManager}", patch, V1Patch.JsonPatchContentType, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (KubernetesException e) when (e.IsConflict || e.IsInvalid)
        {
            return false;
        }
    }
}
