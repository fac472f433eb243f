using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace ChronosOps.Kubernetes.Crds;

/// <summary>The columns of <c>kubectl get</c>: first those of the class, in their order, then those of properties.</summary>
internal static class PrinterColumns
{
    public static JsonArray Of(JsonTypeInfo root)
    {
        var columns = new JsonArray();
        foreach (var column in root.Type.GetCustomAttributes<GenericAdditionalPrinterColumnAttribute>())
            columns.Add(Column(column.Name, column.Type, column.JsonPath, column.Description, column.Format, column.Priority));
        Collect(root, "", [], columns);
        return columns;
    }

    private static void Collect(JsonTypeInfo info, string path, HashSet<Type> within, JsonArray columns)
    {
        if (info.Kind != JsonTypeInfoKind.Object || !within.Add(info.Type))
            return;
        foreach (var property in info.Properties.Where(property => !property.IsExtensionData))
        {
            var here = $"{path}.{property.Name}";
            var type = info.Options.GetTypeInfo(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
            if (property.Attribute<AdditionalPrinterColumnAttribute>() is { } column)
                columns.Add(Column(column.Name ?? property.Name, TypeOf(type, here), here, column.Description, column.Format, column.Priority));
            Collect(type, here, within, columns);
        }
        within.Remove(info.Type);
    }

    private static string TypeOf(JsonTypeInfo info, string path) => (string?)ScalarSchemas.Of(info)?["type"] switch
    {
        "string" when info.Type == typeof(DateTimeOffset) || info.Type == typeof(DateTime) => "date",
        { } scalar => scalar,
        null => throw new CrdException($"{path}: a column cannot show {info.Type.Name}"),
    };

    private static JsonNode Column(string name, string type, string path, string? description, string? format, int priority)
    {
        var column = new JsonObject { ["name"] = name, ["type"] = type };
        if (format is not null)
            column["format"] = format;
        if (description is not null)
            column["description"] = description;
        column["jsonPath"] = path;
        if (priority != 0)
            column["priority"] = priority;
        return column;
    }
}
