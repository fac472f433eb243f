using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>The operator's own, from files that its administrator mounts.</summary>
internal sealed class FileCredentials(PrometheusOptions options) : ICredentialSource
{
    public async ValueTask<Credentials> ReadAsync(CancellationToken cancellationToken) => new()
    {
        Token = options.BearerTokenFile is { } token ? await TokenAsync(token, cancellationToken) : null,
        Basic = options.BasicAuthFile is { } basic ? await BasicAsync(basic, cancellationToken) : null,
        Authorities = options.CaFile is { } ca ? await TextAsync("certificate authority", ca, cancellationToken) : null,
        Certificate = options.CertificateFile is { } certificate ? await TextAsync("client certificate", certificate, cancellationToken) : null,
        Key = options.KeyFile is { } key ? await TextAsync("client key", key, cancellationToken) : null,
    };

    private static async Task<string> TokenAsync(string file, CancellationToken cancellationToken)
    {
        var text = (await TextAsync("bearer token", file, cancellationToken)).Trim();
        return Credentials.IsToken(text) ? text : throw Unusable($"the bearer token file {file} does not hold a token");
    }

    private static async Task<(string User, string Password)> BasicAsync(string file, CancellationToken cancellationToken)
    {
        if (Directory.Exists(file))
        {
            var user = (await TextAsync("username", Path.Combine(file, "username"), cancellationToken)).Trim();
            var password = (await TextAsync("password", Path.Combine(file, "password"), cancellationToken)).Trim();
            return Credentials.IsBasic(user, password) ? (user, password) : throw Unusable($"the folder {file} holds a username or password that cannot be sent");
        }

        var parts = (await TextAsync("basic authentication", file, cancellationToken)).Trim().Split(':', 2);
        return parts.Length == 2 && Credentials.IsBasic(parts[0], parts[1]) ? (parts[0], parts[1]) : throw Unusable($"the basic authentication file {file} does not hold user:password");
    }

    private static async Task<string> TextAsync(string what, string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"the {what} file {file} cannot be read: {unreadable.Message}", unreadable);
        }
    }

    private static SeriesUnavailableException Unusable(string why, Exception? inner = null) => new(SeriesReasons.Unreachable, why, inner);
}
