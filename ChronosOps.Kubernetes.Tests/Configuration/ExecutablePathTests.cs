using System.Runtime.Versioning;

namespace ChronosOps.Kubernetes.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class ExecutablePathTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("path-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void OnlyAbsoluteFoldersCount()
    {
        var program = Program("bin/login");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(folder, "bin"));
        Assert.True(File.Exists(Path.Combine(relative, "login")));
        Assert.Null(ExecutablePath.Find("login", $":.:{relative}:"));
        Assert.Equal(program, ExecutablePath.Find("login", $":.:{relative}:{folder}/bin"));
    }

    [Fact]
    public void WhatCannotBeRunIsPassedOver()
    {
        Directory.CreateDirectory(Path.Combine(folder, "folder/login"));
        File.SetUnixFileMode(Program("text/login"), UnixFileMode.UserRead);
        Directory.CreateDirectory(Path.Combine(folder, "dangling"));
        File.CreateSymbolicLink(Path.Combine(folder, "dangling/login"), "nowhere");
        var program = Program("bin/login");
        Assert.Equal(program, ExecutablePath.Find("login", $"{folder}/absent:{folder}/folder:{folder}/text:{folder}/dangling:{folder}/bin"));
        Assert.Null(ExecutablePath.Find("login", null));
    }

    [Fact]
    public void ALinkCountsAsWhatItLeadsTo()
    {
        Program("bin/login");
        File.SetUnixFileMode(Program("text/login"), UnixFileMode.UserRead);
        Directory.CreateDirectory(Path.Combine(folder, "links"));
        File.CreateSymbolicLink(Path.Combine(folder, "links/good"), "../bin/login");
        File.CreateSymbolicLink(Path.Combine(folder, "links/text"), "../text/login");
        Assert.Equal($"{folder}/links/good", ExecutablePath.Find("good", $"{folder}/links"));
        Assert.Null(ExecutablePath.Find("text", $"{folder}/links"));
    }

    private string Program(string name)
    {
        var file = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "#!/bin/sh\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
