using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>Makes damaged copies of a text that a parser reads: up to four times a few bytes are cut out, and a splinter is put in their place.</summary>
internal static class DamagedBytes
{
    /// <summary>The splinter in whose place any one byte is put, valid in UTF-8 or not.</summary>
    public const string AnyByte = "\u00ff";

    /// <summary>What breaks most texts in JSON.</summary>
    public static readonly IReadOnlyList<string> JsonSplinters =
        ["", "\"", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e999", "\\", "\\ud800", "\0", AnyByte, "[[[[", "12345678901234567890"];

    /// <summary>Damaged copies.</summary>
    /// <param name="valid">The text.</param>
    /// <param name="splinters">What is put in.</param>
    public static Gen<byte[]> Of(byte[] valid, IEnumerable<string> splinters)
    {
        var choices = splinters.ToArray();
        return from strokes in Gen.Choose(1, 4)
               from wounds in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), strokes)
               from cuts in Gen.ArrayOf(Gen.Choose(0, 5), strokes)
               from chosen in Gen.ArrayOf(Gen.Elements(choices), strokes)
               from raw in Gen.Choose(0, 255)
               select Enumerable.Range(0, strokes).Aggregate(valid, (bytes, i) => Damage(bytes, wounds[i], cuts[i], chosen[i], (byte)raw));
    }

    private static byte[] Damage(byte[] bytes, int wound, int cut, string splinter, byte raw)
    {
        var at = wound % (bytes.Length + 1);
        var end = Math.Min(bytes.Length, at + cut);
        return [.. bytes[..at], .. splinter == AnyByte ? [raw] : Encoding.UTF8.GetBytes(splinter), .. bytes[end..]];
    }
}
