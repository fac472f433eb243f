using System.CommandLine;

namespace ChronosOps.Operator.Cli;

/// <summary>A setting: its flag, its variable, its name in a file, what holds without them, and whether a wrong value may hold a secret that is not to be repeated.</summary>
internal sealed record Setting(Option<string?> Option, string Variable, string Key, string? Default, bool Discreet = false)
{
    /// <summary>What it is called where it is complained of.</summary>
    public string Name => $"{Option.Name} ({Variable})";

    /// <summary>The setting of a flag: <c>--evaluation-interval</c> is the variable <c>CHRONOSOPS_EVALUATION_INTERVAL</c>, and <c>evaluationInterval</c> in a file.</summary>
    public static Setting Of(string flag, string helpName, string? fallback, string help, bool discreet = false)
    {
        var words = flag.TrimStart('-').Split('-');
        var variable = "CHRONOSOPS_" + string.Join('_', words).ToUpperInvariant();
        var key = words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        var shown = string.IsNullOrEmpty(fallback) ? "" : $" Default: {fallback}.";
        return new Setting(new Option<string?>(flag) { Description = $"{help}{shown} [{variable}]", HelpName = helpName }, variable, key, fallback, discreet);
    }
}

/// <summary>Makes a setting of a flag.</summary>
internal delegate Setting NewSetting(string flag, string helpName, string? fallback, string help, bool discreet = false);

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
        if (parsed.GetResult(setting.Option) is { Implicit: false })
        {
            return (parsed.GetValue(setting.Option) ?? "", setting.Name);
        }

        if (environment(setting.Variable) is { Length: > 0 } text)
        {
            return (text, setting.Name);
        }

        return file.Find(setting.Key) is { } found ? found : (setting.Default, setting.Name);
    }
}
