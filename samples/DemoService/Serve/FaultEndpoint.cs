using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary><c>/fault</c>: switches faults of this process on and off while it runs.</summary>
internal sealed class FaultEndpoint(FaultBoard faults)
{
    public Task HandleAsync(HttpContext context)
    {
        try
        {
            return context.Request.Method switch
            {
                "POST" => Switch(context),
                "DELETE" => Clear(context),
                "GET" => Show(context),
                _ => WebHost.WriteTextAsync(context, StatusCodes.Status405MethodNotAllowed, "use GET, POST or DELETE"),
            };
        }
        catch (SettingException wrong)
        {
            return WebHost.WriteTextAsync(context, StatusCodes.Status400BadRequest, wrong.Message);
        }
    }

    private Task Switch(HttpContext context)
    {
        var query = context.Request.Query;
        var kind = FaultKinds.Parse(query["kind"].ToString());
        var needsNoValue = kind is FaultKind.Hang or FaultKind.NotReady or FaultKind.Crash;
        var value = query["value"].ToString();
        var strength = value.Length == 0 && needsNoValue ? 1 : FaultKinds.ParseValue(kind, "value", value);
        TimeSpan? duration = query["seconds"].ToString() is { Length: > 0 } seconds
            ? TimeSpan.FromSeconds(Setting.Number("seconds", seconds, 0, 86_400))
            : null;
        faults.Set(kind, strength, duration);
        return Show(context);
    }

    private Task Clear(HttpContext context)
    {
        if (context.Request.Query["kind"].ToString() is { Length: > 0 } name)
        {
            faults.Clear(FaultKinds.Parse(name));
        }
        else
        {
            faults.ClearAll();
        }

        return Show(context);
    }

    private Task Show(HttpContext context) =>
        WebHost.WriteAsync(context, StatusCodes.Status200OK, "application/json", JsonLines.Format(json =>
        {
            json.WriteStartArray("faults");
            foreach (var (kind, value, until) in faults.Current())
            {
                json.WriteStartObject();
                json.WriteString("kind", FaultKinds.NameOf(kind));
                json.WriteNumber("value", value);
                if (until is { } time)
                {
                    json.WriteString(kind == FaultKind.Crash ? "at" : "until", JsonLines.Time(time));
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }) + "\n");
}
