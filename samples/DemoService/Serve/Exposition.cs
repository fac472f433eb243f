using System.Globalization;
using System.Text;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>The Prometheus text format, version 0.0.4.</summary>
internal sealed class Exposition
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder text = new();

    public Exposition Family(string name, string type, string help)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    public Exposition Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        text.Append(name);
        var separator = '{';
        foreach (var (label, content) in labels)
        {
            text.Append(separator).Append(label).Append("=\"").Append(Escape(content)).Append('"');
            separator = ',';
        }

        text.Append(labels.IsEmpty ? " " : "} ").Append(Number(value)).Append('\n');
        return this;
    }

    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    public override string ToString() => text.ToString();

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
