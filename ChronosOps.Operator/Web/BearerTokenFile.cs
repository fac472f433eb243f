using System.Security.Cryptography;
using System.Text;

namespace ChronosOps.Operator.Web;

/// <summary>A bearer token in a file, read anew for every request, since tokens are renewed.</summary>
public sealed class BearerTokenFile(string file)
{
    private const string Scheme = "Bearer ";

    /// <summary>Whether a request's header holds the token. How long that takes tells nothing of the token.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read, or holds no token.</exception>
    public bool Accepts(string? header)
    {
        var expected = Read();
        return header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(header[Scheme.Length..].Trim()), Hash(expected));
    }

    /// <summary>The token.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read, or holds no token.</exception>
    public string Read()
    {
        var text = "";
        try
        {
            text = File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"the token file {file} cannot be read: {e.Message}", e);
        }

        return text.Length > 0 && text.All(c => c is > ' ' and < '\u007f') ? text : throw new InvalidDataException($"the token file {file} does not hold a token");
    }

    /// <summary>Of one length, whatever was sent.</summary>
    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
