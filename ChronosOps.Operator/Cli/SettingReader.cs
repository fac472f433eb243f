using System.CommandLine;

namespace ChronosOps.Operator.Cli;

/// <summary>A setting: its flag, its variable, and what holds without both.</summary>
internal sealed record Setting(Option<string?> Option, string Variable, string? Default);

/// <summary>Finds and converts settings, and collects what is wrong with them.</summary>
internal sealed class SettingReader(ParseResult parsed, Func<string, string?> environment, List<string> errors)
{
    /// <summary>The text of the flag, else of the variable, else the default. A variable that is empty counts as not set.</summary>
    public string? Find(Setting setting) =>
        parsed.GetResult(setting.Option) is { Implicit: false }
            ? parsed.GetValue(setting.Option) ?? ""
            : environment(setting.Variable) is { Length: > 0 } text ? text : setting.Default;

    public T? Read<T>(Setting setting, Func<string, T?> convert, string expected)
        where T : class => Convert(setting, convert, expected);

    public T? Read<T>(Setting setting, Func<string, T?> convert, string expected)
        where T : struct => Convert(setting, convert, expected);

    private T? Convert<T>(Setting setting, Func<string, T?> convert, string expected)
    {
        var text = Find(setting);
        var value = text is null ? default : convert(text);
        if (value is null)
        {
            errors.Add($"{setting.Option.Name} ({setting.Variable}): {(string.IsNullOrEmpty(text) ? "is required and " : $"'{Terminal.Safe(text)}': ")}{expected}");
        }

        return value;
    }
}
