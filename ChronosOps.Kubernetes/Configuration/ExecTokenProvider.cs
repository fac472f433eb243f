using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes;

/// <summary>
/// Keeps what a credential plugin gave until it runs out, or until the server refuses it. One run of the plugin serves all who wait;
/// none of them ends it by going away. It begins early, and then nobody waits.
/// </summary>
internal sealed class ExecTokenProvider(Func<Task<ExecCredential>> ask, TimeProvider? time = null) : ITokenProvider, IClientCertificateProvider, IRefusableCredentials
{
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);

    /// <summary>For how long a failure is remembered, so that a plugin that fails is not run by each request.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Lock gate = new();
    private volatile ExecCredential? last;
    private ExecCredential? refused;
    private bool isRepeated;
    private Task<Run>? running;
    private Run? ended;

    public ExecTokenProvider(ExecPlugin plugin, TimeProvider? time = null)
        : this(async () => ExecCredential.Parse(await plugin.RunAsync(CancellationToken.None).ConfigureAwait(false), plugin), time)
    {
    }

    public X509Certificate2? ClientCertificate => last?.Certificate?.Leaf;

    public X509Certificate2Collection? Issuers => last?.Certificate?.Issuers;

    /// <summary>Whether the plugin runs now.</summary>
    public bool IsRunning
    {
        get { lock (gate) return running is not null; }
    }

    public async ValueTask<string?> GetTokenAsync(bool refresh, CancellationToken ct)
    {
        Task<Run> run;
        lock (gate)
        {
            var now = time.GetUtcNow();
            var isValid = last is not null && !(last.Expires <= now);
            var isRefused = isValid && ReferenceEquals(last, refused);
            if (!isValid || isRefused)
                running ??= ended?.Error is not null && IsRecent(ended) ? null : Task.Run(RunAsync, CancellationToken.None);
            else if (last!.Expires - Early < now)
                running ??= IsRecent(ended) ? null : Task.Run(RunAsync, CancellationToken.None);
            // Of a token that was refused and cannot be replaced, the server may think better.
            if (isValid && (!isRefused || (running is null && !refresh)))
                return last!.Token;
            run = running ?? throw new KubeConfigException(ended!.Error!.Message, ended.Error);
        }
        var outcome = await run.WaitAsync(ct).ConfigureAwait(false);
        return outcome.Credential is { } credential ? credential.Token : await GetTokenAsync(refresh, ct).ConfigureAwait(false);
    }

    public void Refused(string? token, X509Certificate2? certificate)
    {
        lock (gate)
        {
            var isCurrent = last is not null && (token is null ? ReferenceEquals(certificate, last.Certificate?.Leaf) : token == last.Token);
            if (isCurrent && !(isRepeated && IsRecent(ended)))
                refused = last;
        }
    }

    private async Task<Run> RunAsync()
    {
        ExecCredential? credential = null;
        Exception? error = null;
        try
        {
            credential = await ask().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e;
        }
        lock (gate)
        {
            (running, ended) = (null, new Run(credential, error, time.GetTimestamp()));
            if (credential is not null)
            {
                last = credential.KeepingCertificateOf(last);
                // A plugin that knows nothing better than what was refused is not asked again at once either.
                isRepeated = refused is not null && (last.Token, last.Certificate) == (refused.Token, refused.Certificate);
                refused = null;
            }
            return ended;
        }
    }

    private bool IsRecent(Run? run) => run is not null && time.GetElapsedTime(run.At) < Pause;

    /// <summary>How a run of the plugin ended, and when.</summary>
    private sealed record Run(ExecCredential? Credential, Exception? Error, long At);
}
