using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes;

/// <summary>
/// Reads and writes an enum by its exact name. The framework's converter would also accept numbers, another case and several
/// names at once, which the API server does not. Put it on the enum: <c>[JsonConverter(typeof(StrictEnumConverter&lt;Mode&gt;))]</c>.
/// </summary>
public class StrictEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> Values = Enum.GetNames<T>().ToDictionary(name => name, Enum.Parse<T>, StringComparer.Ordinal);
    private static readonly Dictionary<T, string> Names = Values.DistinctBy(pair => pair.Value).ToDictionary(pair => pair.Value, pair => pair.Key);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? Parse(reader.GetString()!)
            : throw new JsonException($"expected one of {Allowed}, found {reader.TokenType}");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(NameOf(value));

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString()!);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(NameOf(value));

    private static string Allowed => string.Join(", ", Values.Keys);

    private static T Parse(string name) => Values.TryGetValue(name, out var value) ? value : throw new JsonException($"\"{name}\" is not one of {Allowed}");

    private static string NameOf(T value) => Names.TryGetValue(value, out var name) ? name : throw new JsonException($"{value} is not one of {Allowed}");
}
