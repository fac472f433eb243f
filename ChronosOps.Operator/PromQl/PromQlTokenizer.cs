namespace ChronosOps.Operator.PromQl;

/// <summary>
/// Cuts a query into tokens as Prometheus does (promql/parser/lex.go, 2.42 to 3.x). Where the versions differ it is the stricter one: a query that
/// we read otherwise than the server could reach into another namespace.
/// </summary>
internal sealed class PromQlTokenizer(string query)
{
    private static readonly string[] Symbols =
        ["==", "!=", "<=", ">=", "=~", "!~", "(", ")", "{", "}", "[", "]", ",", "@", "+", "-", "*", "/", "%", "^", "=", "<", ">"];

    private readonly List<PromQlToken> _tokens = [];
    private int _at;
    private bool _inBrackets;

    /// <summary>Cuts the query; the last token is the end.</summary>
    /// <exception cref="PromQlException">A character or a string is not PromQL.</exception>
    public static List<PromQlToken> Tokenize(string query)
    {
        var tokenizer = new PromQlTokenizer(query);
        while (tokenizer.SkipBlanks())
        {
            tokenizer.Next();
        }

        tokenizer.Add(PromQlTokenKind.End, 0);
        return tokenizer._tokens;
    }

    private bool SkipBlanks()
    {
        while (_at < query.Length && (query[_at] is ' ' or '\t' or '\r' or '\n' or '#'))
        {
            if (query[_at] == '#')
            {
                // The parser of Prometheus ends a comment at either character.
                var end = query.AsSpan(_at).IndexOfAny('\r', '\n');
                _at = end < 0 ? query.Length : _at + end;
            }
            else
            {
                _at++;
            }
        }

        return _at < query.Length;
    }

    private void Next()
    {
        var c = query[_at];
        if (c is '"' or '\'' or '`')
        {
            Add(PromQlTokenKind.String, PromQlStrings.Length(query, _at));
        }
        else if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < query.Length && char.IsAsciiDigit(query[_at + 1])))
        {
            Number();
        }
        else if (_inBrackets && c == ':')
        {
            Add(PromQlTokenKind.Symbol, 1);
        }
        else if (IsWordStart(c) || c == ':')
        {
            Word();
        }
        else
        {
            Symbol(c);
        }
    }

    private void Number()
    {
        var length = PromQlNumbers.DurationLength(query.AsSpan(_at));
        var kind = length > 0 ? PromQlTokenKind.Duration : PromQlTokenKind.Number;
        length = length > 0 ? length : PromQlNumbers.NumberLength(query.AsSpan(_at));
        if (length == 0)
        {
            throw new PromQlException(_at, "bad number or duration");
        }

        Add(kind, length);
    }

    private void Word()
    {
        var end = _at + 1;
        while (end < query.Length && (IsWordStart(query[end]) || char.IsAsciiDigit(query[end]) || (query[end] == ':' && !_inBrackets)))
        {
            end++;
        }

        var number = query[_at..end].ToLowerInvariant() is "inf" or "nan";
        Add(number ? PromQlTokenKind.Number : PromQlTokenKind.Identifier, end - _at);
    }

    private void Symbol(char c)
    {
        var symbol = Array.Find(Symbols, s => string.CompareOrdinal(query, _at, s, 0, s.Length) == 0)
            ?? throw new PromQlException(_at, c is > ' ' and < '\u007f' ? $"unexpected '{c}'" : $"unexpected character U+{(int)c:X4}");
        _inBrackets = symbol == "[" || (_inBrackets && symbol != "]");
        Add(PromQlTokenKind.Symbol, symbol.Length);
    }

    private void Add(PromQlTokenKind kind, int length)
    {
        _tokens.Add(new PromQlToken(kind, _at, query.Substring(_at, length)));
        _at += length;
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';
}
