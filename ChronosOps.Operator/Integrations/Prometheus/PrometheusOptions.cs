namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>Where Prometheus is, and how much patience and memory a query may take.</summary>
public sealed record PrometheusOptions
{
    /// <summary>The base address. A path is a prefix, as with <c>--web.external-url</c> or a proxy.</summary>
    public required Uri Url { get; init; }

    /// <summary>The tenant, sent as <c>X-Scope-OrgID</c>; null where there are none.</summary>
    public string? Tenant { get; init; }

    /// <summary>After how long a query is given up.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The most bytes of an answer, after decompression.</summary>
    public long MaxAnswerBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most bytes of an answer to a policy's own query, after decompression: there are as many of them as people write, and several are read at once.</summary>
    public long MaxOwnAnswerBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Whether answers count that say that they are partial. False: they count as none.</summary>
    public bool AcceptsPartial { get; init; }

    /// <summary>A file with a bearer token; read anew for every query, since tokens rotate. So are the other files.</summary>
    public string? BearerTokenFile { get; init; }

    /// <summary>A file with <c>user:password</c>, or a folder with the files <c>username</c> and <c>password</c>, as a Secret of type <c>kubernetes.io/basic-auth</c> is mounted.</summary>
    public string? BasicAuthFile { get; init; }

    /// <summary>A file with the certificate authorities that are trusted, PEM; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>A file with a client certificate, PEM.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A file with the key of that certificate, PEM.</summary>
    public string? KeyFile { get; init; }
}
