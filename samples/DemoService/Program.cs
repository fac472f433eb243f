using ChronosOps.Samples.DemoService;
using ChronosOps.Samples.DemoService.Common;
using ChronosOps.Samples.DemoService.Discover;
using ChronosOps.Samples.DemoService.Load;
using ChronosOps.Samples.DemoService.Serve;

const int Success = 0;
const int Failure = 1;
const int BadUsage = 2;

try
{
    return args switch
    {
        [] or ["--help" or "-h" or "help"] => Print(HelpText.Overview, Success),
        [_, "--help" or "-h"] => Print(HelpText.For(args[0]), Success),
        ["serve", .. var rest] => await ServeCommand.RunAsync(rest, TimeProvider.System),
        ["load", .. var rest] => await LoadCommand.RunAsync(rest, TimeProvider.System),
        ["discover", .. var rest] => await DiscoverCommand.RunAsync(rest),
        ["sidecar", .. var rest] => await SidecarCommand.RunAsync(rest),
        [var verb, ..] => throw new SettingException(verb, "is not a verb; the verbs are serve, load, discover and sidecar"),
    };
}
catch (SettingException wrong)
{
    Console.Error.WriteLine($"error: {wrong.Message}");
    return BadUsage;
}
catch (IOException failed)
{
    Console.Error.WriteLine($"error: {failed.Message}");
    return Failure;
}

static int Print(string text, int exitCode)
{
    Console.Out.WriteLine(text);
    return exitCode;
}
