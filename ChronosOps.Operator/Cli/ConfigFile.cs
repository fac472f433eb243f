using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChronosOps.Operator.Cli;

/// <summary>
/// The settings of <c>run</c> in a YAML file: one mapping from a setting's name in camel case (<c>evaluationInterval</c>) to its value.
/// Whatever is wrong in it is collected with its line.
/// </summary>
internal sealed class ConfigFile
{
    private readonly Dictionary<string, (string Text, long Line)> _values = [];

    private ConfigFile(string path) => Path = path;

    /// <summary>An empty one, for a program that was given none.</summary>
    public static ConfigFile None { get; } = new("");

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="known">The names that mean something.</param>
    /// <param name="errors">Takes what is wrong: the file, the line, and what was expected.</param>
    public static ConfigFile Read(string path, IReadOnlyCollection<string> known, List<string> errors)
    {
        var file = new ConfigFile(path);
        try
        {
            using var reader = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(reader);
            file.Take(yaml, known, errors);
        }
        catch (YamlException e)
        {
            errors.Add($"{path}:{e.Start.Line}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add($"--config: {e.Message}");
        }

        return file;
    }

    /// <summary>The text of a setting and its place, or null where the file does not speak of it.</summary>
    public (string Text, string Place)? Find(string name) => _values.TryGetValue(name, out var value) ? (value.Text, $"{Path}:{value.Line}: {name}") : null;

    private void Take(YamlStream yaml, IReadOnlyCollection<string> known, List<string> errors)
    {
        if (yaml.Documents.Count == 0)
        {
            return;
        }

        if (yaml.Documents.Count > 1 || yaml.Documents[0].RootNode is not YamlMappingNode settings)
        {
            errors.Add($"{Path}: must be one mapping from settings to values, such as 'evaluationInterval: 15s'");
            return;
        }

        foreach (var (key, value) in settings.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!known.Contains(name))
            {
                errors.Add($"{Path}:{key.Start.Line}: '{Terminal.Safe(name)}' is no setting; known are {string.Join(", ", known)}");
            }
            else if (value is not YamlScalarNode { Value: { } text })
            {
                errors.Add($"{Path}:{value.Start.Line}: {name}: must be a single value");
            }
            else
            {
                _values[name] = (text, value.Start.Line);
            }
        }
    }
}
