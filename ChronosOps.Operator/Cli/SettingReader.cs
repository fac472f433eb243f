using System.CommandLine;

namespace ChronosOps.Operator.Cli;

/// <summary>A setting: its flag, its variable, its name in a file, what holds without them, and whether a wrong value may hold a secret that is not to be repeated.</summary>
internal sealed record Setting(Option<string?> Option, string Variable, string Key, string? Default, bool Discreet = false);

/// <summary>Finds and converts settings, and collects what is wrong with them.</summary>
internal sealed class SettingReader(ParseResult parsed, Func<string, string?> environment, ConfigFile file, List<string> errors)
{
    /// <summary>The text of the flag, else of the variable, else of the file, else the default. A variable that is empty counts as not set.</summary>
    public string? Find(Setting setting) => Locate(setting).Text;

    public T? Read<T>(Setting setting, Func<string, T?> convert, string expected)
        where T : class => Convert(setting, convert, expected);

    public T? Read<T>(Setting setting, Func<string, T?> convert, string expected)
        where T : struct => Convert(setting, convert, expected);

    private T? Convert<T>(Setting setting, Func<string, T?> convert, string expected)
    {
        var (text, place) = Locate(setting);
        var value = text is null ? default : convert(text);
        if (value is null)
        {
            errors.Add($"{place}: {(string.IsNullOrEmpty(text) ? "is required and " : setting.Discreet ? "the value, which is not shown, " : $"'{Terminal.Safe(text)}': ")}{expected}");
        }

        return value;
    }

    private (string? Text, string Place) Locate(Setting setting)
    {
        var place = $"{setting.Option.Name} ({setting.Variable})";
        if (parsed.GetResult(setting.Option) is { Implicit: false })
        {
            return (parsed.GetValue(setting.Option) ?? "", place);
        }

        if (environment(setting.Variable) is { Length: > 0 } text)
        {
            return (text, place);
        }

        return file.Find(setting.Key) is { } found ? found : (setting.Default, place);
    }
}
