using System.Globalization;
using System.Text;

namespace ChronosOps.Kubernetes;

/// <summary>Collects the parameters of a request; those without a value are left out.</summary>
internal sealed class QueryString
{
    private readonly StringBuilder text = new();

    public QueryString Add(string name, string? value)
    {
        if (value is not null)
            text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public QueryString Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public QueryString Add(string name, bool? value) => Add(name, value is null ? null : value.Value ? "true" : "false");

    public override string ToString() => text.ToString();

    public static QueryString Of(ListOptions options) => new QueryString()
        .Add("labelSelector", options.LabelSelector)
        .Add("fieldSelector", options.FieldSelector)
        .Add("resourceVersion", options.ResourceVersion)
        .Add("resourceVersionMatch", options.ResourceVersionMatch)
        .Add("continue", options.Continue)
        .Add("limit", options.Limit)
        .Add("timeoutSeconds", options.TimeoutSeconds)
        .Add("allowWatchBookmarks", options.AllowWatchBookmarks)
        .Add("sendInitialEvents", options.SendInitialEvents);

    public static QueryString Of(WriteOptions? options) => new QueryString()
        .Add("fieldManager", options?.FieldManager)
        .Add("dryRun", options?.DryRun == true ? "All" : null)
        .Add("force", options?.Force == true ? true : (bool?)null)
        .Add("fieldValidation", options?.FieldValidation);
}
