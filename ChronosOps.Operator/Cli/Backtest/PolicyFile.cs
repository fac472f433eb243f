using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>Reads a policy as it would be applied, and compiles it as the operator does.</summary>
internal static class PolicyFile
{
    /// <summary>Unlike the API server, which drops what it does not know, this complains: a field that is misspelt changes nothing anywhere.</summary>
    private static readonly JsonSerializerOptions Strict = new(ChronosJson.Default.Options)
    {
        TypeInfoResolver = ChronosJson.Default,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The one policy of a file.</summary>
    /// <param name="path">The file, YAML or JSON.</param>
    /// <param name="namespace">The namespace; null for the one that the policy names.</param>
    /// <exception cref="CliException">It cannot be read, or is not valid; the message names the field.</exception>
    public static EffectivePolicy Read(string path, string? @namespace)
    {
        using var reader = new StreamReader(path);
        return Parse(reader, path, @namespace);
    }

    internal static EffectivePolicy Parse(TextReader reader, string path, string? @namespace)
    {
        var node = TheOne(Documents(reader, path), path);
        if (Misspelt(node) is { } wrong)
        {
            throw new CliException($"{path}: {wrong}");
        }

        var policy = Deserialize(node, path);
        policy.Metadata.NamespaceProperty = @namespace ?? (string.IsNullOrEmpty(policy.Metadata.NamespaceProperty) ? "default" : policy.Metadata.NamespaceProperty);
        var (effective, errors) = PolicyCompiler.Compile(policy, Allowing(policy.Spec.Prometheus));
        return effective ?? throw new CliException(string.Join("\nerror: ", errors.Select(error => $"{path}: {error}")));
    }

    /// <summary>Whatever it may be: what a policy may say of its Prometheus the administrator of an operator decides, and here is none.</summary>
    private static OriginRules Allowing(PrometheusSpec? named) =>
        new() { Urls = OriginRules.Url(named?.Url ?? "") is { } url ? [url] : [], Tenants = [new TenantRule("*", "*")], Secrets = true };

    private static List<JsonNode?> Documents(TextReader reader, string path)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(reader);
            return [.. yaml.Documents.Select(document => YamlJson.From(document.RootNode))];
        }
        catch (YamlException e)
        {
            throw new CliException($"{path}: line {e.Start.Line}: {e.Message}");
        }
    }

    private static JsonObject TheOne(List<JsonNode?> documents, string path)
    {
        var policies = documents.OfType<JsonObject>().Where(document => Text(document["kind"]) == "RemediationPolicy").ToList();
        if (policies.Count != 1)
        {
            throw new CliException($"{path}: holds {policies.Count} objects of kind RemediationPolicy; give a file with one");
        }

        var version = Text(policies[0]["apiVersion"]);
        return version == ApiGroup.Name + "/" + ApiGroup.Version ? policies[0] : throw new CliException($"{path}: apiVersion: '{Terminal.Safe(version)}' is not {ApiGroup.Name}/{ApiGroup.Version}");
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static FieldError? Misspelt(JsonObject policy)
    {
        try
        {
            _ = policy["spec"].Deserialize((System.Text.Json.Serialization.Metadata.JsonTypeInfo<RemediationPolicySpec>)Strict.GetTypeInfo(typeof(RemediationPolicySpec)));
            return null;
        }
        catch (JsonException e) when (e.Message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return new FieldError($"spec{e.Path?[1..]}", "there is no such field");
        }
        catch (JsonException)
        {
            // What cannot be read the compiler says as it says it of an applied policy.
            return null;
        }
    }

    private static RemediationPolicy Deserialize(JsonObject node, string path)
    {
        try
        {
            return node.Deserialize(ApiResources.Policies.Json) ?? throw new CliException($"{path}: is empty");
        }
        catch (JsonException e)
        {
            throw new CliException($"{path}: {e.Path?.TrimStart('$', '.')}: {e.Message}");
        }
    }
}
