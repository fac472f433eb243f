using System.Collections;
using System.Text.Json.Serialization.Metadata;

namespace ChronosOps.Operator.Api;

/// <summary>
/// Where a type says that a field is never null and the server sends null all the same, the field keeps its default; entries of lists that are null
/// are left out. That is what Kubernetes does with nulls too, where the schema is in force. Specs are read without this, so that their nulls are reported.
/// </summary>
internal static class NullTolerance
{
    public static void Apply(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property is { Set: { } set, PropertyType.IsValueType: false })
            {
                property.Set = property.IsSetNullable ? (owner, value) => set(owner, WithoutNulls(value)) : (owner, value) => SetIfAny(set, owner, value);
            }
        }
    }

    private static void SetIfAny(Action<object, object?> set, object owner, object? value)
    {
        if (value is not null)
        {
            set(owner, WithoutNulls(value));
        }
    }

    private static object? WithoutNulls(object? value)
    {
        if (value is IList { IsFixedSize: false } list)
        {
            for (var i = list.Count - 1; i >= 0; i--)
            {
                if (list[i] is null)
                {
                    list.RemoveAt(i);
                }
            }
        }

        return value;
    }
}
