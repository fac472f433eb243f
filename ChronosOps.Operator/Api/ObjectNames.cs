using System.Text.RegularExpressions;

namespace ChronosOps.Operator.Api;

/// <summary>The names that a spec gives: of objects, and of its own parts.</summary>
internal static class ObjectNames
{
    /// <summary>Of an object of the API server: a DNS subdomain of RFC 1123.</summary>
    public static FieldError? CheckObject(string field, string? name) => Check(field, name, ApiPatterns.DnsSubdomain, 253);

    /// <summary>Of a part of a spec: a DNS label, in either case.</summary>
    public static FieldError? CheckLabel(string field, string? name) => Check(field, name, ApiPatterns.DnsLabel, 63);

    private static FieldError? Check(string field, string? name, string pattern, int longest) =>
        string.IsNullOrEmpty(name) ? new FieldError(field, "must not be empty")
        : name.Length > longest ? new FieldError(field, $"has {name.Length} characters; at most {longest} are allowed")
        : Regex.IsMatch(name, pattern, RegexOptions.CultureInvariant) ? null
        : new FieldError(field, $"'{name}' is not a valid name");
}
