using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Discover;

/// <summary>Reads from the API server as a pod does: address by environment, token and authority from the service account.</summary>
internal sealed class ClusterApi : IDisposable
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/";

    private readonly HttpClient client;

    /// <exception cref="SettingException">This does not run in a pod.</exception>
    public ClusterApi()
    {
        var host = Required("KUBERNETES_SERVICE_HOST");
        var port = Setting.Integer("KUBERNETES_SERVICE_PORT", Required("KUBERNETES_SERVICE_PORT"), 1, 65535);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(ServiceAccount + "ca.crt");
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TrustOnly(authorities) },
        };
        client = new HttpClient(handler)
        {
            BaseAddress = new UriBuilder(Uri.UriSchemeHttps, host, port).Uri,
            Timeout = TimeSpan.FromSeconds(5),
        };
    }

    public async Task<JsonDocument> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        // The token is replaced in its file before it expires.
        var token = await File.ReadAllTextAsync(ServiceAccount + "token", cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
    }

    public void Dispose() => client.Dispose();

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static string Required(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new SettingException(variable, "is not set: discover runs in a pod, with a service account");
}
