using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes;

/// <summary>What a credential plugin gave: a token, a certificate, or both.</summary>
internal sealed record ExecCredential(string? Token, ClientIdentity? Certificate, DateTimeOffset? Expires)
{
    /// <exception cref="KubeConfigException">It is not such an answer.</exception>
    public static ExecCredential Parse(string output, ExecPlugin plugin)
    {
        try
        {
            var answer = JsonNode.Parse(output);
            if ((string?)answer?["apiVersion"] is { } version && version != plugin.ApiVersion)
                throw plugin.Error($"answered in version {version}, not {plugin.ApiVersion}");
            var status = answer?["status"];
            var token = (string?)status?["token"];
            var certificate = Paired((string?)status?["clientCertificateData"], (string?)status?["clientKeyData"], plugin);
            if (string.IsNullOrEmpty(token) && certificate is null)
                throw plugin.Error("gave neither status.token nor status.clientCertificateData");
            var expires = (string?)status?["expirationTimestamp"];
            return new ExecCredential(token, certificate, expires is null ? certificate?.Leaf.NotAfter : DateTimeOffset.Parse(expires, CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw plugin.Error($"gave no ExecCredential: {e.Message}", e);
        }
    }

    /// <summary>The same certificate as before remains the same object: another one would mean new connections.</summary>
    public ExecCredential KeepingCertificateOf(ExecCredential? former) =>
        Certificate is { } now && former?.Certificate is { } before && now.Leaf.RawDataMemory.Span.SequenceEqual(before.Leaf.RawDataMemory.Span)
            ? this with { Certificate = before }
            : this;

    private static ClientIdentity? Paired(string? certificate, string? key, ExecPlugin plugin)
    {
        if (string.IsNullOrEmpty(certificate) && string.IsNullOrEmpty(key))
            return null;
        try
        {
            return ClientIdentity.FromPem(certificate ?? "", key ?? "");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw plugin.Error($"gave clientCertificateData and clientKeyData that do not make a certificate with its key: {e.Message}", e);
        }
    }
}
