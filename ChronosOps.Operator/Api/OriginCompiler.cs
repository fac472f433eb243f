using System.Text.RegularExpressions;

namespace ChronosOps.Operator.Api;

/// <summary>Checks what a policy says of its Prometheus, against what it may say. Pure.</summary>
internal static class OriginCompiler
{
    /// <summary>Where the series come from, and what is wrong with it.</summary>
    public static (SeriesOrigin Origin, IReadOnlyList<FieldError> Errors) Read(PrometheusSpec? spec, string @namespace, OriginRules rules)
    {
        if (spec is null)
        {
            return (SeriesOrigin.Own, []);
        }

        var errors = new List<FieldError>();
        return (new SeriesOrigin { Tenant = Tenant(spec.Tenant, @namespace, rules, errors), Url = Url(spec.Url, rules, errors), Secret = Secret(spec.SecretRef, @namespace, rules, errors) }, errors);
    }

    private static string? Tenant(string? tenant, string @namespace, OriginRules rules, List<FieldError> errors)
    {
        const string field = "spec.prometheus.tenant";
        if (tenant is null)
        {
            return null;
        }

        if (tenant.Length is 0 or > 150 || !Regex.IsMatch(tenant, ApiPatterns.Tenant + "\\z", RegexOptions.CultureInvariant) || tenant.All(c => c == '.'))
        {
            errors.Add(new FieldError(field, "must be up to 150 letters, digits, dots, dashes and underscores"));
        }
        else if (!rules.Allows(@namespace, tenant))
        {
            errors.Add(new FieldError(field, $"the policies of namespace {@namespace} may not name tenant '{tenant}'; the administrator allows tenants with --allow-prometheus-tenants"));
        }

        return tenant;
    }

    private static Uri? Url(string? text, OriginRules rules, List<FieldError> errors)
    {
        const string field = "spec.prometheus.url";
        if (text is null)
        {
            return null;
        }

        var url = OriginRules.Url(text);
        if (url is null)
        {
            errors.Add(new FieldError(field, "must be an http or https URL of plain characters, without user, query and fragment"));
        }
        else if (!rules.Allows(url))
        {
            errors.Add(new FieldError(field, "is not among the addresses that policies may name; the administrator allows them with --allow-prometheus-url"));
        }

        return url;
    }

    private static SecretName? Secret(PrometheusSecret? reference, string @namespace, OriginRules rules, List<FieldError> errors)
    {
        if (reference is null)
        {
            return null;
        }

        if (ObjectNames.CheckObject("spec.prometheus.secretRef.name", reference.Name) is { } wrong)
        {
            errors.Add(wrong);
        }
        else if (!rules.Secrets)
        {
            errors.Add(new FieldError("spec.prometheus.secretRef", "Secrets of policies are not read here; the administrator switches that on with --policy-secrets"));
        }

        return new SecretName(@namespace, reference.Name);
    }
}
