using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes;

/// <summary>Gives bearer tokens that may change while the process runs.</summary>
public interface ITokenProvider
{
    /// <param name="refresh">The server refused a token: do not answer from memory, unless what is there came after that.</param>
    /// <param name="ct">Ends the wait.</param>
    ValueTask<string?> GetTokenAsync(bool refresh, CancellationToken ct);
}

/// <summary>Has a client certificate that may change while the process runs.</summary>
public interface IClientCertificateProvider
{
    /// <summary>The certificate with its key, the same object as long as it is the same; null: none.</summary>
    X509Certificate2? ClientCertificate { get; }

    /// <summary>The authorities between it and the one that the server knows: they are sent with it.</summary>
    X509Certificate2Collection? Issuers => null;
}

/// <summary>Reads the token from a file, again after at most a minute: the kubelet rotates it.</summary>
/// <param name="path">The file.</param>
/// <param name="time">Says when to read again.</param>
/// <param name="fallback">The token to use as long as the file has none; null: that is an error.</param>
public sealed class FileTokenProvider(string path, TimeProvider? time = null, string? fallback = null) : ITokenProvider
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private volatile Reading? last;

    public async ValueTask<string?> GetTokenAsync(bool refresh, CancellationToken ct)
    {
        if (!refresh && last is { } known && time.GetElapsedTime(known.At) < MaxAge)
            return known.Token;
        try
        {
            var token = (await File.ReadAllTextAsync(path, ct).ConfigureAwait(false)).Trim();
            if (token.Length == 0)
                return InGap("is empty", null);
            last = new Reading(token, time.GetTimestamp());
            return token;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return InGap($"cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The file is being replaced: that must not fail requests while the old token is still good, and is looked at again next time.</summary>
    private string InGap(string problem, Exception? inner) =>
        last?.Token ?? fallback ?? throw new KubeConfigException($"{path}: the token file {problem}", inner);

    private sealed record Reading(string Token, long At);
}
