using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ChronosOps.Operator.Api;

/// <summary>A spec as people wrote it. One that cannot be read is kept with what is wrong with it: the object is reported, not passed over in silence.</summary>
public abstract class WrittenSpec
{
    /// <summary>What could not be read, and why; null where all could. The other fields then hold their defaults and mean nothing.</summary>
    internal UnreadableSpec? Unreadable { get; set; }
}

/// <summary>A spec that cannot be read.</summary>
/// <param name="Error">The first field that is wrong.</param>
/// <param name="Written">The spec as it is on the server; written back as it is.</param>
public sealed record UnreadableSpec(FieldError Error, JsonElement Written);

/// <summary>Reads a spec, or what is wrong with it.</summary>
internal sealed class WrittenSpecConverter<T>(JsonTypeInfo<T> json) : JsonConverter<T>
    where T : WrittenSpec, new()
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var written = JsonElement.ParseValue(ref reader);
        try
        {
            return written.Deserialize(json) ?? new T();
        }
        catch (JsonException e)
        {
            return new T { Unreadable = new UnreadableSpec(ErrorOf(e), written) };
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (value.Unreadable is { } unreadable)
        {
            unreadable.Written.WriteTo(writer);
        }
        else
        {
            JsonSerializer.Serialize(writer, value, json);
        }
    }

    /// <summary>The framework's paths begin with $, and some of its messages end with the path once more.</summary>
    private static FieldError ErrorOf(JsonException e)
    {
        var path = e.Path is { Length: > 0 } text ? text[1..] : "";
        var end = e.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        return new FieldError("spec" + path, $"cannot be read: {(end < 0 ? e.Message : e.Message[..end])}");
    }
}
