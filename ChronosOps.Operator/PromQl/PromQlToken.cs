namespace ChronosOps.Operator.PromQl;

/// <summary>What a piece of a query is.</summary>
internal enum PromQlTokenKind
{
    /// <summary>A name: metric, function, label or keyword. May carry colons.</summary>
    Identifier,

    /// <summary>A string in any of the three quote styles.</summary>
    String,

    /// <summary>A number, or inf and nan.</summary>
    Number,

    /// <summary>A duration such as 1h30m.</summary>
    Duration,

    /// <summary>A bracket, comma, colon, @ or operator.</summary>
    Symbol,

    /// <summary>The end of the query.</summary>
    End,
}

/// <summary>A piece of a query and where it stands in it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">The index of its first character.</param>
/// <param name="Text">Its characters, as written.</param>
internal readonly record struct PromQlToken(PromQlTokenKind Kind, int Start, string Text)
{
    /// <summary>The index after its last character.</summary>
    public int End => Start + Text.Length;

    /// <summary>Tells whether it is this bracket or operator.</summary>
    public bool Is(string symbol) => Kind == PromQlTokenKind.Symbol && Text == symbol;

    /// <summary>Tells whether it is this keyword; PromQL's keywords have no case.</summary>
    public bool IsWord(string word) => Kind == PromQlTokenKind.Identifier && string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A query cannot be understood, or must not be run.</summary>
internal sealed class PromQlException(int index, string message) : Exception($"at character {index + 1}: {message}");
