namespace ChronosOps.Kubernetes.Crds;

/// <summary>Says what a field means, where the documentation comment should not be used.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class DescriptionAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}

/// <summary>The field must be given.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;

/// <summary>Bounds of a string's length; -1: none. On a list or map of strings: of each value.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LengthAttribute(long min = -1, long max = -1) : Attribute
{
    public long Min { get; } = min;
    public long Max { get; } = max;
}

/// <summary>A regular expression (RE2) that the string must match. On a list or map of strings: each value.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatternAttribute(string pattern) : Attribute
{
    public string Pattern { get; } = pattern;
}

/// <summary>The smallest number allowed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeMinimumAttribute(double minimum) : Attribute
{
    public double Minimum { get; } = minimum;
    public bool Exclusive { get; set; }
}

/// <summary>The largest number allowed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeMaximumAttribute(double maximum) : Attribute
{
    public double Maximum { get; } = maximum;
    public bool Exclusive { get; set; }
}

/// <summary>How many entries a list or map may have; -1: no bound.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemsAttribute(long min = -1, long max = -1) : Attribute
{
    public long Min { get; } = min;
    public long Max { get; } = max;
}

/// <summary>The value that the server fills in. For lists and objects: JSON in a string.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DefaultValueAttribute(object value) : Attribute
{
    public object Value { get; } = value;
}

/// <summary>The only values allowed, for strings that are not an enum. On a list or map: each value.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EnumValuesAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>The format of a string or number (<c>date-time</c>, <c>int64</c>, <c>duration</c> …).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FormatAttribute(string format) : Attribute
{
    public string Format { get; } = format;
}

/// <summary>
/// A rule in CEL that the object must satisfy (<c>self</c>). Written only for servers that know such rules. On the resource's
/// class it sees the whole object.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, AllowMultiple = true)]
public class ValidationRuleAttribute(string rule, string message) : Attribute
{
    public string Rule { get; } = rule;
    public string Message { get; } = message;

    /// <summary><c>FieldValueInvalid</c>, <c>FieldValueForbidden</c>, <c>FieldValueRequired</c> or <c>FieldValueDuplicate</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>The field that the error names, for example <c>.spec.signals</c>.</summary>
    public string? FieldPath { get; set; }
}

/// <summary>How server-side apply merges the list: <c>atomic</c>, <c>set</c> or <c>map</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class XListTypeAttribute(string type) : Attribute
{
    public string Type { get; } = type;
}

/// <summary>The fields that identify an entry of a list of type <c>map</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class XListMapKeysAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys { get; } = keys;
}

/// <summary>Unknown fields below this one are kept by the server.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class PreserveUnknownFieldsAttribute : Attribute;

/// <summary>The field takes a number or a string.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IntOrStringAttribute : Attribute;
