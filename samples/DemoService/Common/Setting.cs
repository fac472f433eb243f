using System.Globalization;

namespace ChronosOps.Samples.DemoService.Common;

/// <summary>Reads one textual setting; the same rules hold for environment, options and query parameters.</summary>
internal static class Setting
{
    public static double Number(string name, string text, double minimum, double maximum)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value >= minimum && value <= maximum)
        {
            return value;
        }

        throw new SettingException(name, FormattableString.Invariant($"must be a number from {minimum} to {maximum}, not \"{text}\""));
    }

    public static int Integer(string name, string text, int minimum, int maximum)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= minimum && value <= maximum)
        {
            return value;
        }

        throw new SettingException(name, FormattableString.Invariant($"must be a whole number from {minimum} to {maximum}, not \"{text}\""));
    }

    public static bool Boolean(string name, string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ => throw new SettingException(name, $"must be true or false, not \"{text}\""),
    };
}
