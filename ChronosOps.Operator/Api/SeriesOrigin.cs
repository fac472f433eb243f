namespace ChronosOps.Operator.Api;

/// <summary>Which Prometheus a policy's series are read from, and as whom. What is left out is the operator's own.</summary>
public sealed record SeriesOrigin
{
    /// <summary>The operator's own Prometheus, asked as the operator.</summary>
    public static readonly SeriesOrigin Own = new();

    /// <summary>The tenant, as <c>X-Scope-OrgID</c> names it.</summary>
    public string? Tenant { get; init; }

    /// <summary>The address; null for the operator's own.</summary>
    public Uri? Url { get; init; }

    /// <summary>The Secret with the credentials; null where the operator's own are sent to its own address, and none to any other.</summary>
    public SecretName? Secret { get; init; }

    /// <summary>For messages, without anything that is secret.</summary>
    public override string ToString() =>
        string.Concat(Url?.ToString() ?? "the operator's own", Tenant is null ? "" : $" as tenant {Tenant}", Secret is null ? "" : $" with Secret {Secret.Namespace}/{Secret.Name}");
}

/// <summary>Names a Secret.</summary>
/// <param name="Namespace">Its namespace, which is the policy's own.</param>
/// <param name="Name">Its name.</param>
public sealed record SecretName(string Namespace, string Name);
