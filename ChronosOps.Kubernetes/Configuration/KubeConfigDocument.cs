using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChronosOps.Kubernetes;

/// <summary>A node of a kubeconfig that knows where it stands, so that errors can say so.</summary>
internal sealed class KubeConfigNode(YamlMappingNode node, string file, string path)
{
    public string File { get; } = file;

    public static KubeConfigNode Read(string file)
    {
        try
        {
            using var reader = new StreamReader(file);
            var stream = new YamlStream();
            stream.Load(reader);
            return stream.Documents.Count > 0 && stream.Documents[0].RootNode is YamlMappingNode root
                ? new KubeConfigNode(root, file, "")
                : throw new KubeConfigException($"{file}: is not a kubeconfig: it has no fields");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{file}: cannot be read: {e.Message}", e);
        }
        catch (YamlException e)
        {
            throw new KubeConfigException($"{file}: line {e.Start.Line}: is not YAML: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new KubeConfigException($"{file}: is not YAML", e); // what the scanner throws for some broken files
        }
    }

    public bool Has(string name) => Find(name) is not null;

    public string? Text(string name) => Find(name) switch
    {
        null => null,
        YamlScalarNode { Value: null or "" or "null" or "~", Style: ScalarStyle.Plain } => null,
        YamlScalarNode scalar => scalar.Value,
        _ => throw Error(name, "must be a string"),
    };

    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw Error(name, $"must be true or false, not \"{other}\""),
    };

    public KubeConfigNode? Child(string name) => Find(name) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" or "~" } => null,
        YamlMappingNode mapping => new KubeConfigNode(mapping, File, At(name)),
        _ => throw Error(name, "must be an object"),
    };

    /// <summary>The content of the entry with this name in a list of named entries, or null.</summary>
    public KubeConfigNode? Entry(string list, string name, string content) =>
        Children(list).FirstOrDefault(entry => entry.Text("name") == name) is { } found
            ? found.Child(content) ?? throw found.Error(content, "is missing")
            : null;

    /// <summary>The strings of a list, or none.</summary>
    public IReadOnlyList<string> Texts(string name) => Find(name) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" or "~" } => [],
        YamlSequenceNode sequence => [.. sequence.Select(item => (item as YamlScalarNode)?.Value ?? throw Error(name, "must be a list of strings"))],
        _ => throw Error(name, "must be a list"),
    };

    /// <summary>The objects of a list, or none.</summary>
    public IReadOnlyList<KubeConfigNode> Children(string name) => Find(name) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" or "~" } => [],
        YamlSequenceNode sequence => [.. sequence.Select((item, index) => item is YamlMappingNode mapping
            ? new KubeConfigNode(mapping, File, At($"{name}[{index}]"))
            : throw Error($"{name}[{index}]", "must be an object"))],
        _ => throw Error(name, "must be a list"),
    };

    public KubeConfigException Error(string name, string problem, Exception? inner = null) => new($"{File}: {At(name)} {problem}", inner);

    public JsonNode? ToJson() => YamlJson.From(node);

    private YamlNode? Find(string name) => node.Children.TryGetValue(new YamlScalarNode(name), out var value) ? value : null;

    private string At(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
