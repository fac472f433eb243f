using System.Text.Json;

namespace ChronosOps.Kubernetes;

/// <summary>The few fields that are needed of an object which cannot be read as a whole.</summary>
internal readonly record struct ObjectHead(string? Namespace, string? Name, string? ResourceVersion, bool IsInitialEventsEnd = false)
{
    public static ObjectHead Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, ObjectDecoder.ReaderOptions);
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
        var reader = new Utf8JsonReader(json, ObjectDecoder.ReaderOptions);
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
            else if (field == "annotations" && reader.TokenType == JsonTokenType.StartObject)
                head = head with { IsInitialEventsEnd = SaysInitialEventsEnd(ref reader) };
            reader.Skip();
        }
        return head;
    }

    /// <summary>How a bookmark says that everything there was has been sent.</summary>
    private static bool SaysInitialEventsEnd(scoped ref Utf8JsonReader reader)
    {
        var found = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMark = reader.ValueTextEquals("k8s.io/initial-events-end"u8);
            reader.Read();
            found |= isMark && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("true"u8);
            reader.Skip();
        }
        return found;
    }
}
