namespace ChronosOps.Samples.DemoService.Common;

/// <summary>A setting (environment variable, option or query parameter) that cannot be used; the message starts with its name.</summary>
internal sealed class SettingException(string name, string problem) : Exception($"{name} {problem}");
