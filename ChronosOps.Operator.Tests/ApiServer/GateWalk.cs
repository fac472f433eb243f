using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Gates that do not speak of one kind of action stand against a step, one after another and each by itself.</summary>
internal static class GateWalk
{
    private const string ArgoCd = "argocd.argoproj.io/tracking-id";

    /// <summary>Limits of the policy that stand in nothing's way and are set only so that an escalated incident is thought over.</summary>
    private static int s_unlike;

    /// <summary>Annotates the workload web as a person would; null takes the annotation away.</summary>
    public static Task AnnotateAsync(this ApiServerWorld world, string key, string? value, string resource = "deployments")
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [key] = value } } };
        return world.Client.SendAsync(HttpMethod.Patch, $"/apis/apps/v1/namespaces/{world.Namespace}/{resource}/web", patch, "application/merge-patch+json", CancellationToken.None);
    }

    /// <summary>The policy, with one field of its spec or of what it says of remediation set, and another limit than before.</summary>
    public static JsonObject With(this JsonObject policy, string? field = null, JsonNode? value = null)
    {
        var remediation = policy["spec"]!.AsObject().Child("remediation");
        remediation["maxActionsPerHour"] = 20 + (Interlocked.Increment(ref s_unlike) % 40);
        if (field is not null)
        {
            (field == "mode" ? policy["spec"]!.AsObject() : remediation)[field] = value;
        }

        return policy;
    }

    /// <summary>
    /// Each gate stands alone: what the one before speaks of is flipped, and nothing else, when the next is set against the step. The policy is in mode Observe at first. When this returns, nothing stands
    /// against the step any more.
    /// </summary>
    /// <param name="world">Where the workload web is ill.</param>
    /// <param name="policy">A policy that allows the step.</param>
    /// <param name="optOut">The annotation that forbids it.</param>
    /// <param name="reason">The reason that is given then.</param>
    /// <param name="asksOwner">Whether it is asked who owns the workload.</param>
    /// <returns>The incident, as it was when the last gate stood against the step.</returns>
    public static async Task<Incident> ThroughAsync(ApiServerWorld world, Func<JsonObject> policy, string optOut, string reason, bool asksOwner = true)
    {
        // It takes minutes until some troubles are seen.
        await world.IncidentAsync(IncidentPhase.Escalated, patience: TimeSpan.FromMinutes(3));
        await world.StoppedByAsync("Mode", "Deny", "ModeObserve");
        await world.ApplyAsync(policy().With("minimumConfidence", "1"));
        await world.StoppedByAsync("Confidence", "Deny", "ConfidenceTooLow");
        await world.ApplyAsync(policy().With("maxActionsPerHour", 0));
        await world.StoppedByAsync("ActionsPerHour", "Deny", "TooManyActions");
        await world.ApplyAsync(policy().With("mode", "DryRun"));
        await world.StoppedByAsync("DryRun", "Deny", "DryRun");
        await world.AnnotateAsync(optOut, "true");
        await AllowAsync(world, policy);
        await world.StoppedByAsync("OptOut", "Deny", reason);
        if (asksOwner)
        {
            await world.AnnotateAsync(ArgoCd, "shop:apps/Deployment:shop/web");
            await world.AnnotateAsync(optOut, null);
            await AllowAsync(world, policy);
            await world.StoppedByAsync("GitOps", "Deny", "GitOpsOwned");
        }

        await world.SetEmergencyStopAsync("true");
        await world.AnnotateAsync(ArgoCd, null);
        await world.AnnotateAsync(optOut, null);
        await AllowAsync(world, policy);
        await world.StoppedByAsync("EmergencyStop", "Wait", "EmergencyStop");
        await world.AnnotateAsync(ApiGroup.HoldAnnotation, "true");
        await Waiting.QuietlyAsync(2);
        await world.SetEmergencyStopAsync("false");
        var held = await world.StoppedByAsync("Hold", "Wait", "Held");
        await Waiting.QuietlyAsync(3);
        Assert.Empty(world.ForeignWrites());
        await world.AnnotateAsync(ApiGroup.HoldAnnotation, null);
        return held;
    }

    /// <summary>What was annotated is seen first; then the policy has the incident thought over.</summary>
    private static async Task AllowAsync(ApiServerWorld world, Func<JsonObject> policy)
    {
        await Waiting.QuietlyAsync(2);
        await world.ApplyAsync(policy().With());
    }
}
