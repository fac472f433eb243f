namespace ChronosOps.Operator.Web;

/// <summary>Where alerts are taken, and from whom.</summary>
/// <param name="Listen">The address, such as <c>https://+:8443</c>.</param>
/// <param name="TokenFile">A file with the bearer token that is asked for; null: anybody may send.</param>
/// <param name="TlsDirectory">A folder with tls.crt and tls.key; null without TLS.</param>
public sealed record AlertListenerOptions(string Listen, string? TokenFile, string? TlsDirectory)
{
    /// <summary>How long a connection may stand without a request, and take for its handshake and for the head of a request: whoever reaches the address can open some.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);
}
