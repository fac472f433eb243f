using System.Security.Cryptography;
using System.Text;

namespace ChronosOps.Operator.Knowledge;

/// <summary>Names of ConfigMaps that the operator makes, within the API server's limits.</summary>
public static class ConfigMapNames
{
    private const int Longest = 253;
    private const int LongestLabel = 63;

    /// <summary>The name; one that is too long ends in a hash of all of it instead, so that it stays distinct.</summary>
    public static string Fit(string name) => name.Length <= Longest
        ? name
        : name[..(Longest - 17)].TrimEnd('-', '.') + "-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];

    /// <summary>The name as the value of a label: its beginning, where it is too long.</summary>
    public static string Label(string name) => name.Length <= LongestLabel ? name : name[..LongestLabel].TrimEnd('-', '.');
}
