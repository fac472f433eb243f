namespace ChronosOps.Operator.PromQl;

/// <summary>Selectors, label lists and calls: the places where a query names series and labels.</summary>
internal sealed partial class PromQlParser
{
    private const string NamespaceLabel = "namespace";

    // The labels by which a value is attributed to a workload. A query must not be able to make them up.
    private static readonly HashSet<string> Attribution = [NamespaceLabel, "pod"];

    private void Selector()
    {
        _selects = true;
        var named = Current.Kind == PromQlTokenKind.Identifier;
        if (named)
        {
            _at++;
        }

        var matcher = $"{NamespaceLabel}={_own}";
        if (!Current.Is("{"))
        {
            _insertions[_at - 1] = $"{{{matcher}}}";
            return;
        }

        var brace = _at++;
        var (bound, any) = (false, false);
        while (!Current.Is("}"))
        {
            bound |= Matcher();
            any = true;
            if (!Take(",") && !Current.Is("}"))
            {
                throw Unexpected("',' or '}'");
            }
        }

        Expect("}");
        if (!bound)
        {
            _insertions[brace] = any ? matcher + "," : matcher;
        }
    }

    // Returns whether it is, to the letter, what binds a selector to our namespace. One that is written otherwise is added to, so that nothing rests on how we read names and escapes:
    // a server that reads them otherwise finds both, and all of them hold.
    private bool Matcher()
    {
        var name = Current;
        var label = LabelName();
        var compare = Current;
        if (name.Kind == PromQlTokenKind.String && (compare.Is(",") || compare.Is("}")))
        {
            // Prometheus 3: the metric's name in quotes.
            return false;
        }

        if (!Take("=") && !Take("!=") && !Take("=~") && !Take("!~"))
        {
            throw Unexpected("=, !=, =~ or !~");
        }

        var value = Current;
        if (value.Kind != PromQlTokenKind.String)
        {
            throw Unexpected("a string");
        }

        _at++;
        if (label != NamespaceLabel)
        {
            return false;
        }

        return compare.Is("=") && PromQlStrings.Value(value.Text) == @namespace
            ? name.Text == NamespaceLabel && value.Text == _own
            : throw new PromQlException(name.Start, $"{name.Text}{compare.Text}{value.Text} reaches beyond the namespace {@namespace}; leave it out, it is added");
    }

    private string LabelName()
    {
        var name = Current;
        if (name.Kind is not (PromQlTokenKind.Identifier or PromQlTokenKind.String) && name.Text.ToLowerInvariant() is not ("inf" or "nan"))
        {
            throw Unexpected("a label");
        }

        var label = name.Kind == PromQlTokenKind.String ? PromQlStrings.Value(name.Text) : name.Text;
        if (name.Kind == PromQlTokenKind.Identifier && label.Contains(':', StringComparison.Ordinal))
        {
            throw Unexpected("a label");
        }

        _at++;
        return label;
    }

    private void Labels()
    {
        Expect("(");
        while (!Current.Is(")"))
        {
            LabelName();
            if (!Take(",") && !Current.Is(")"))
            {
                throw Unexpected("',' or ')'");
            }
        }

        Expect(")");
    }

    private void Arguments(PromQlToken function)
    {
        var destination = Destination(function);
        Expect("(");
        for (var index = 0; !Current.Is(")"); index++)
        {
            if (index == destination)
            {
                CheckDestination(function);
            }

            Expression();
            if (!Take(",") && !Current.Is(")"))
            {
                throw Unexpected("',' or ')'");
            }
        }

        Expect(")");
    }

    // Which argument names the label that a function writes, or -1.
    private static int Destination(PromQlToken function) => function.Text.ToLowerInvariant() switch
    {
        "label_replace" or "label_join" => 1,
        "count_values" => 0,
        "info" => throw new PromQlException(function.Start, "info() takes labels from series of every namespace"),
        var name when name.StartsWith("label_", StringComparison.Ordinal) => throw new PromQlException(function.Start, $"{name}() is not a function of Prometheus"),
        _ => -1,
    };

    private void CheckDestination(PromQlToken function)
    {
        if (Current.Kind != PromQlTokenKind.String || !(tokens[_at + 1].Is(",") || tokens[_at + 1].Is(")")))
        {
            throw Unexpected("the label in quotes");
        }

        var label = PromQlStrings.Value(Current.Text);
        if (Attribution.Contains(label))
        {
            throw new PromQlException(Current.Start, $"{function.Text}() must not write the label {label}: it tells whose a series is");
        }
    }

    private bool Take(string symbol)
    {
        var there = Current.Is(symbol);
        _at += there ? 1 : 0;
        return there;
    }

    private bool TakeWord(string word)
    {
        var there = Current.IsWord(word);
        _at += there ? 1 : 0;
        return there;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
        {
            throw Unexpected(symbol == "(" ? null : $"'{symbol}'");
        }
    }

    private PromQlException Unexpected(string? expected = null) => new(
        Current.Start,
        (Current.Kind == PromQlTokenKind.End ? "unexpected end of the query" : $"unexpected {Current.Text}") + (expected is null ? "" : $", expected {expected}"));
}
