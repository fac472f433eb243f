namespace ChronosOps.Operator.PromQl;

/// <summary>
/// Reads a query by PromQL's grammar (promql/parser/generated_parser.y), as far as is needed to know with certainty which names are vector selectors. Precedence
/// and types do not matter for that and are left to Prometheus; anything that is not in the grammar is refused.
/// </summary>
internal sealed partial class PromQlParser(List<PromQlToken> tokens, string @namespace)
{
    private const int MaxDepth = 64;

    private static readonly HashSet<string> Aggregations = new(StringComparer.OrdinalIgnoreCase)
    {
        "sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "count_values", "quantile", "limitk", "limit_ratio",
    };

    private static readonly HashSet<string> Operators = ["+", "-", "*", "/", "%", "^", "==", "!=", "<", "<=", ">", ">="];
    private static readonly HashSet<string> OperatorWords = new(StringComparer.OrdinalIgnoreCase) { "and", "or", "unless", "atan2" };
    private static readonly HashSet<string> NeverMetrics = new(StringComparer.OrdinalIgnoreCase) { "bool", "on", "ignoring", "group_left", "group_right", "atan2" };

    private readonly string _own = PromQlStrings.Quote(@namespace);
    private readonly Dictionary<int, string> _insertions = [];
    private int _at;
    private int _depth;
    private bool _selects;

    /// <summary>How far back what was read so far looks, without offsets.</summary>
    public TimeSpan LongestRange { get; private set; }

    private PromQlToken Current => tokens[_at];

    /// <summary>Reads the query to its end.</summary>
    /// <returns>What to insert after which token so that every selector is bound.</returns>
    /// <exception cref="PromQlException">It is refused.</exception>
    public Dictionary<int, string> Parse()
    {
        Expression();
        if (Current.Kind != PromQlTokenKind.End)
        {
            throw Unexpected();
        }

        return _selects ? _insertions : throw new PromQlException(0, "the query selects no series");
    }

    private void Expression()
    {
        if (++_depth > MaxDepth)
        {
            throw new PromQlException(Current.Start, $"nested deeper than {MaxDepth}");
        }

        Operand();
        while ((Current.Kind == PromQlTokenKind.Symbol && Operators.Contains(Current.Text))
            || (Current.Kind == PromQlTokenKind.Identifier && OperatorWords.Contains(Current.Text)))
        {
            _at++;
            Matching();
            Operand();
        }

        _depth--;
    }

    // [bool] [on|ignoring (labels) [group_left|group_right [(labels)]]]
    private void Matching()
    {
        TakeWord("bool");
        if (!TakeWord("on") && !TakeWord("ignoring"))
        {
            return;
        }

        Labels();
        if ((TakeWord("group_left") || TakeWord("group_right")) && Current.Is("("))
        {
            Labels();
        }
    }

    private void Operand()
    {
        while (Take("+") || Take("-"))
        {
        }

        // What stands beside it, and what is within it.
        var beside = LongestRange;
        LongestRange = TimeSpan.Zero;
        Primary();
        while (true)
        {
            if (Take("["))
            {
                Range();
            }
            else if (TakeWord("offset"))
            {
                _ = Take("-") || Take("+");
                Span();
            }
            else if (Take("@"))
            {
                Instant();
            }
            else
            {
                LongestRange = beside > LongestRange ? beside : LongestRange;
                return;
            }
        }
    }

    private void Primary()
    {
        switch (Current)
        {
            case { Kind: PromQlTokenKind.Number or PromQlTokenKind.Duration or PromQlTokenKind.String }:
                _at++;
                break;
            case { Kind: PromQlTokenKind.Identifier } word:
                Word(word);
                break;
            case var brace when brace.Is("{"):
                Selector();
                break;
            default:
                Expect("(");
                Expression();
                Expect(")");
                break;
        }
    }

    private void Word(PromQlToken word)
    {
        var next = tokens[_at + 1];
        if (Aggregations.Contains(word.Text) && (next.Is("(") || next.IsWord("by") || next.IsWord("without")))
        {
            _at++;
            var grouped = Grouping();
            Arguments(word);
            _ = !grouped && Grouping();
        }
        else if (next.Is("("))
        {
            _at++;
            Arguments(word);
        }
        else if (NeverMetrics.Contains(word.Text))
        {
            throw Unexpected();
        }
        else
        {
            Selector();
        }
    }

    private bool Grouping()
    {
        if (!TakeWord("by") && !TakeWord("without"))
        {
            return false;
        }

        Labels();
        return true;
    }

    // A range, [5m], or a subquery, [5m:] and [5m:1m].
    private void Range()
    {
        LongestRange += PromQlNumbers.Duration(Current.Text);
        Span();
        if (Take(":") && !Current.Is("]"))
        {
            Span();
        }

        Expect("]");
    }

    private void Span()
    {
        if (Current.Kind is not (PromQlTokenKind.Duration or PromQlTokenKind.Number))
        {
            throw Unexpected("a duration");
        }

        _at++;
    }

    private void Instant()
    {
        if (TakeWord("start") || TakeWord("end"))
        {
            Expect("(");
            Expect(")");
            return;
        }

        _ = Take("-") || Take("+");
        Span();
    }
}
