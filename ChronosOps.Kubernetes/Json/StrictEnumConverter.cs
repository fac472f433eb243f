using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes;

/// <summary>
/// Reads and writes an enum by name and refuses numbers, which the framework's converter would accept. Put it on the enum:
/// <c>[JsonConverter(typeof(StrictEnumConverter&lt;Mode&gt;))]</c>.
/// </summary>
public class StrictEnumConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
