using System.Text;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>Those of a policy, from a Secret of its own namespace. Read again after half a minute, so that a change takes effect without a watch on Secrets; nothing else of the Secret is kept.</summary>
[EntityRbac(typeof(V1Secret), Verbs = RbacVerb.Get, When = RbacSwitches.PolicySecrets, Why = "credentials for Prometheus, where a policy names a Secret of its namespace")]
internal sealed class SecretCredentials(KubernetesClient client, SecretName name, TimeProvider time) : ICredentialSource
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Credentials? _known;
    private SeriesUnavailableException? _wrong;
    private DateTimeOffset _until;

    public async ValueTask<Credentials> ReadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (time.GetUtcNow() >= _until)
            {
                (_known, _wrong) = await AskAsync(cancellationToken);
                _until = time.GetUtcNow() + Kept;
            }

            return _known ?? throw new SeriesUnavailableException(SeriesReasons.Secret, _wrong!.Message, _wrong);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<(Credentials? Known, SeriesUnavailableException? Wrong)> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            var secret = await client.SendAsync(HttpMethod.Get, KubernetesResources.Secrets.Path(name.Namespace, name.Name), ct: cancellationToken);
            return (Read(name, secret?["data"] as JsonObject ?? []), null);
        }
        catch (KubernetesException e)
        {
            return (null, Wrong(name, e.IsNotFound ? "is missing" : e.IsForbidden ? "may not be read: the operator's role lacks the right" : $"cannot be read: {PrometheusReader.Shorten(e.Message)}"));
        }
        catch (SeriesUnavailableException e)
        {
            return (null, e);
        }
    }

    /// <summary>Credentials from a Secret's data.</summary>
    /// <exception cref="SeriesUnavailableException">They make no sense.</exception>
    internal static Credentials Read(SecretName name, JsonObject data)
    {
        var (token, user, password) = (Text("token")?.Trim(), Text("username"), Text("password"));
        var (authorities, certificate, key) = (Text("ca.crt"), Text("tls.crt"), Text("tls.key"));
        return token is not null && (user ?? password) is not null ? throw Wrong(name, "holds a token and a user: which of them?")
            : user is null != password is null ? throw Wrong(name, "holds one of username and password without the other")
            : certificate is null != key is null ? throw Wrong(name, "holds one of tls.crt and tls.key without the other")
            : token is not null && !Credentials.IsToken(token) ? throw Wrong(name, "holds a token that is none")
            : user is not null && !Credentials.IsBasic(user, password!) ? throw Wrong(name, "holds a username or password that cannot be sent")
            : (token ?? user ?? authorities ?? certificate) is null ? throw Wrong(name, "holds none of token, username, ca.crt and tls.crt")
            : new Credentials { Token = token, Basic = user is null ? null : (user, password!), Authorities = authorities, Certificate = certificate, Key = key };

        string? Text(string field)
        {
            if (data[field] is not { } encoded)
            {
                return null;
            }

            try
            {
                return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String((string?)encoded ?? ""));
            }
            catch (Exception unreadable) when (unreadable is FormatException or ArgumentException or InvalidOperationException)
            {
                throw Wrong(name, $"holds a {field} that is no text");
            }
        }
    }

    private static SeriesUnavailableException Wrong(SecretName name, string what) => new(SeriesReasons.Secret, $"Secret {name.Namespace}/{name.Name} {what}");
}
