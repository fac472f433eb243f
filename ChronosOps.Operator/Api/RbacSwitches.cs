namespace ChronosOps.Operator.Api;

/// <summary>What some of the operator's rights depend on, and the objects that they are narrowed to. The chart has a value or a name for each.</summary>
internal static class RbacSwitches
{
    /// <summary>Incidents are deleted some time after their end.</summary>
    public const string IncidentRetention = nameof(IncidentRetention);

    /// <summary>The operator may look whether Secrets changed.</summary>
    public const string ReadSecretMetadata = nameof(ReadSecretMetadata);

    /// <summary>The operator may read the Secrets with credentials for Prometheus that policies name.</summary>
    public const string PolicySecrets = nameof(PolicySecrets);

    /// <summary>The operator watches all namespaces, and so may see the nodes.</summary>
    public const string WatchesAll = nameof(WatchesAll);

    /// <summary>One of several replicas works.</summary>
    public const string LeaderElection = nameof(LeaderElection);

    /// <summary>The operator takes alerts from Alertmanager.</summary>
    public const string Alertmanager = nameof(Alertmanager);

    /// <summary>The operator watches one namespace, and runs in another.</summary>
    public const string WatchesElsewhere = nameof(WatchesElsewhere);

    /// <summary>The ConfigMap with the emergency stop.</summary>
    public const string ControlConfigMap = nameof(ControlConfigMap);

    /// <summary>The Lease of the election.</summary>
    public const string Lease = nameof(Lease);
}
