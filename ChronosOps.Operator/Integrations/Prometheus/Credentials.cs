using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>What lets the operator in, and by what it knows whom it talks to. A record so that a change is seen; never written anywhere.</summary>
internal sealed record Credentials
{
    public static readonly Credentials None = new();

    public string? Token { get; init; }

    public (string User, string Password)? Basic { get; init; }

    /// <summary>Certificate authorities, PEM; null for those of the system.</summary>
    public string? Authorities { get; init; }

    /// <summary>The client's own certificate, PEM.</summary>
    public string? Certificate { get; init; }

    /// <summary>The key of that certificate, PEM.</summary>
    public string? Key { get; init; }

    /// <summary>Says nothing of what is in it.</summary>
    public override string ToString() => nameof(Credentials);

    /// <summary>Whether a text can be sent as a token: one line of visible ASCII.</summary>
    public static bool IsToken(string text) => text.Length is > 0 and <= 16 * 1024 && text.All(c => c is > ' ' and < '\u007f');

    /// <summary>Whether texts can be sent as user and password.</summary>
    public static bool IsBasic(string user, string password) =>
        user.Length is > 0 and <= 1024 && password.Length <= 16 * 1024 && !user.Contains(':', StringComparison.Ordinal) && !(user + password).Any(char.IsControl);
}

/// <summary>Where credentials come from; asked before every query, since they rotate.</summary>
internal interface ICredentialSource
{
    /// <exception cref="SeriesUnavailableException">They are missing, or cannot be read or used. The message names where they should be, and nothing that is in them.</exception>
    ValueTask<Credentials> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>None at all: what is sent to an address that a policy names without a Secret.</summary>
internal sealed class NoCredentials : ICredentialSource
{
    public ValueTask<Credentials> ReadAsync(CancellationToken cancellationToken) => new(Credentials.None);
}
