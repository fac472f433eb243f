using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes;

/// <summary>Keeps what a credential plugin gave until it runs out, or until the server refuses it.</summary>
internal sealed class ExecTokenProvider(ExecPlugin plugin, TimeProvider? time = null) : ITokenProvider, IClientCertificateProvider
{
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly SemaphoreSlim gate = new(1);
    private volatile ExecCredential? last;

    public X509Certificate2? ClientCertificate => last?.Certificate;

    public async ValueTask<string?> GetTokenAsync(bool refresh, CancellationToken ct)
    {
        var refused = last;
        if (!refresh && refused is not null && !IsDue(refused))
            return refused.Token;
        await gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // Many requests are refused at once: the first asks for all of them.
            if (last is null || ReferenceEquals(last, refused))
                last = await AskAsync(refresh, ct).ConfigureAwait(false);
            return last.Token;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<ExecCredential> AskAsync(bool refresh, CancellationToken ct)
    {
        try
        {
            return ExecCredential.Parse(await plugin.RunAsync(ct).ConfigureAwait(false), plugin);
        }
        catch (KubeConfigException) when (!refresh && last is { } old && old.Expires > time.GetUtcNow())
        {
            return old; // asked early, so there is time to try again
        }
    }

    private bool IsDue(ExecCredential credential) => credential.Expires - Early < time.GetUtcNow();
}
