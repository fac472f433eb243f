namespace ChronosOps.Samples.DemoService.Common;

/// <summary>Options of a verb as <c>--name value</c> or <c>--name=value</c>.</summary>
internal sealed class OptionList
{
    private readonly Dictionary<string, string> values = [];

    /// <exception cref="SettingException">An option is unknown, given twice or has no value.</exception>
    public OptionList(IReadOnlyList<string> arguments, params IReadOnlyList<string> known)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var equals = arguments[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? arguments[i] : arguments[i][..equals];
            if (!known.Contains(name))
            {
                throw new SettingException(name, known.Count == 0 ? "is not expected here" : $"is not an option; the options are {string.Join(", ", known)}");
            }

            if (equals < 0 && i + 1 == arguments.Count)
            {
                throw new SettingException(name, "needs a value");
            }

            if (!values.TryAdd(name, equals < 0 ? arguments[++i] : arguments[i][(equals + 1)..]))
            {
                throw new SettingException(name, "is given twice");
            }
        }
    }

    public string? Text(string name) => values.GetValueOrDefault(name);

    public double? Number(string name, double minimum, double maximum) =>
        Text(name) is { } text ? Setting.Number(name, text, minimum, maximum) : null;

    public int? Integer(string name, int minimum, int maximum) =>
        Text(name) is { } text ? Setting.Integer(name, text, minimum, maximum) : null;
}
