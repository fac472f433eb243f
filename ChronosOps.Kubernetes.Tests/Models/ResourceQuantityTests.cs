using ChronosOps.Kubernetes.Models;
using Xunit;

namespace ChronosOps.Kubernetes.Tests;

public sealed class ResourceQuantityTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("100m", 0.1)]
    [InlineData("1.5", 1.5)]
    [InlineData("-2", -2)]
    [InlineData("64Mi", 67108864)]
    [InlineData("1Gi", 1073741824)]
    [InlineData("0.5Ki", 512)]
    [InlineData("2k", 2000)]
    [InlineData("3M", 3000000)]
    [InlineData("2e3", 2000)]
    [InlineData("1E3", 1000)]
    [InlineData("1E", 1e18)]
    [InlineData("250u", 0.00025)]
    [InlineData("5n", 5e-9)]
    public void AQuantityIsReadInWholeUnits(string text, double value)
    {
        Assert.True(ResourceQuantity.TryParse(text, out var read));
        Assert.Equal(value, (double)read, 12);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1 Gi")]
    [InlineData("1Kib")]
    [InlineData("1,5")]
    [InlineData("NaN")]
    [InlineData("79228162514264337593543950335Ei")]
    public void WhatIsNoQuantityIsRefused(string? text) => Assert.False(ResourceQuantity.TryParse(text, out _));
}
