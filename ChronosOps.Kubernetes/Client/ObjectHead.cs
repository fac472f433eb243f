using System.Text.Json;

namespace ChronosOps.Kubernetes;

/// <summary>The few fields that are needed of an object which cannot be read as a whole.</summary>
internal readonly record struct ObjectHead(string? Namespace, string? Name, string? ResourceVersion)
{
    public static ObjectHead Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            ObjectDecoder.Expect(ref reader, JsonTokenType.StartObject);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isMetadata = reader.ValueTextEquals("metadata"u8);
                var value = ObjectDecoder.Value(ref reader, json);
                if (isMetadata)
                    return Metadata(value);
            }
        }
        catch (JsonException)
        {
            // What cannot be read at all has no head either.
        }
        return default;
    }

    private static ObjectHead Metadata(ReadOnlySpan<byte> json)
    {
        var head = default(ObjectHead);
        var reader = new Utf8JsonReader(json);
        ObjectDecoder.Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString();
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
                head = field switch
                {
                    "name" => head with { Name = reader.GetString() },
                    "namespace" => head with { Namespace = reader.GetString() },
                    "resourceVersion" => head with { ResourceVersion = reader.GetString() },
                    _ => head,
                };
            reader.Skip();
        }
        return head;
    }
}
