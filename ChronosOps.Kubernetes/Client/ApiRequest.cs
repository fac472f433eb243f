namespace ChronosOps.Kubernetes;

/// <summary>A request before it is sent; kept as data so that it can be sent again.</summary>
internal sealed record ApiRequest(HttpMethod Method, string PathAndQuery, byte[]? Body = null, string? ContentType = null, string? Accept = null)
{
    public bool IsRead => Method == HttpMethod.Get || Method == HttpMethod.Head;

    public override string ToString() => $"{Method} {PathAndQuery.Split('?')[0]}";
}
