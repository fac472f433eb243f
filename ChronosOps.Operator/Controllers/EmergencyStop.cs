using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Controllers;

/// <summary>Reads the emergency stop of the installation: the key emergencyStop of the control ConfigMap. Read live each time it matters.</summary>
[EntityRbac(typeof(V1ConfigMap), Verbs = RbacVerb.Get, Why = "the emergency stop")]
[EntityRbac(typeof(V1ConfigMap), Verbs = RbacVerb.Get, Own = true, ResourceName = RbacSwitches.ControlConfigMap, When = RbacSwitches.WatchesElsewhere, Why = "the emergency stop")]
public sealed class EmergencyStop(KubernetesClient client, string @namespace, string configMap)
{
    public const string Key = "emergencyStop";
    private readonly GenericClient<V1ConfigMap> _configMaps = client.For(KubernetesResources.ConfigMaps);

    /// <summary>Whether it is on; null where that cannot be told: the ConfigMap or its key is missing, unreadable, or neither true nor false.</summary>
    public async Task<bool?> IsOnAsync(CancellationToken cancellationToken)
    {
        try
        {
            var control = await _configMaps.FindNamespacedAsync(@namespace, configMap, cancellationToken).ConfigureAwait(false);
            return control?.Data?.GetValueOrDefault(Key) switch
            {
                "true" => true,
                "false" => false,
                _ => null,
            };
        }
        catch (Exception e) when (e is KubernetesException or HttpRequestException)
        {
            return null;
        }
    }
}
