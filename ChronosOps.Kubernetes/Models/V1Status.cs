namespace ChronosOps.Kubernetes.Models;

/// <summary>What the API server says about a request that failed (and some that succeeded).</summary>
public sealed class V1Status
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ListMeta? Metadata { get; set; }
    public string? Status { get; set; }
    public string? Message { get; set; }
    public string? Reason { get; set; }
    public int? Code { get; set; }
    public V1StatusDetails? Details { get; set; }
}

/// <summary>Which object a <see cref="V1Status"/> is about, and every cause.</summary>
public sealed class V1StatusDetails
{
    public string? Name { get; set; }
    public string? Group { get; set; }
    public string? Kind { get; set; }
    public string? Uid { get; set; }
    public List<V1StatusCause>? Causes { get; set; }
    public int? RetryAfterSeconds { get; set; }
}

/// <summary>One cause; <see cref="Field"/> is the path of the field at fault.</summary>
public sealed class V1StatusCause
{
    public string? Reason { get; set; }
    public string? Message { get; set; }
    public string? Field { get; set; }
}
