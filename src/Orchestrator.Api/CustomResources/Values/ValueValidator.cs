using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.CustomResources.Values;

/// <summary>Checks the values of a custom resource against its schema, with upstream's sentences.</summary>
/// <remarks>Upstream: kube-openapi/pkg/validation/validate, and apiextensions-apiserver/pkg/apiserver/validation/ratcheting.go: a value that is at fault and
/// stands where it stood before is tolerated.</remarks>
public static class ValueValidator
{
    /// <summary>The faults of a new value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="prefix">Where the value lies in the object; empty for the whole object.</param>
    public static IEnumerable<FieldError> Faults(JsonNode? value, StructuralSchema schema, string prefix = "") =>
        Validate(value, schema, "", Earlier.None).Faults.Select(fault => fault.ToFieldError(prefix));

    /// <summary>The faults of a changed value; what is at fault and did not change is tolerated.</summary>
    public static IEnumerable<FieldError> Faults(JsonNode? value, JsonNode? old, StructuralSchema schema, string prefix = "") =>
        Node(value, schema, "", Earlier.Of(old)).Faults.Select(fault => fault.ToFieldError(prefix));

    /// <summary>Validates a value that has a counterpart of its own in the earlier object.</summary>
    private static ValueResult Node(JsonNode? value, StructuralSchema schema, string path, Earlier earlier)
    {
        var result = Validate(value, schema, path, earlier);
        if (!result.IsValid && earlier.IsKnown && JsonNode.DeepEquals(value, earlier.Value))
        {
            result.Tolerate();
        }

        return result;
    }

    private static ValueResult Validate(JsonNode? value, StructuralSchema schema, string path, Earlier earlier)
    {
        var result = new ValueResult();
        if (value is null)
        {
            result.Merge(TypeRules.OfNull(schema, path));
            result.Merge(EnumRule(null, schema, path));
            return result;
        }

        if (schema.Types.Count > 0 || StringFormats.IsKnown(schema.Format))
        {
            Part(result, TypeRules.Check(value, schema, path));
        }

        Part(result, Junctors(value, schema, path, earlier));
        switch (value)
        {
            case JsonArray items:
                Part(result, Items(items, schema, path, earlier));
                break;
            case JsonObject:
                break;
            default:
                Part(result, Scalar(value, schema, path));
                break;
        }

        Part(result, EnumRule(value, schema, path));
        if (value is JsonObject members)
        {
            Part(result, Members(members, schema, path, earlier));
        }

        result.Count();
        return result;
    }

    private static void Part(ValueResult whole, ValueResult part)
    {
        whole.Merge(part);
        whole.Count();
    }

    private static ValueResult Scalar(JsonNode value, StructuralSchema schema, string path)
    {
        var result = new ValueResult();
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                var text = value.GetValue<string>();
                result.Add(ScalarRules.Text(text, schema, path));
                if (StringFormats.IsKnown(schema.Format))
                {
                    result.Count();
                    result.Add(ScalarRules.Format(text, schema, path));
                }

                break;
            case JsonValueKind.Number:
                foreach (var fault in ScalarRules.Number(value, schema, path))
                {
                    result.Add(fault);
                }

                break;
        }

        return result;
    }

    private static ValueResult EnumRule(JsonNode? value, StructuralSchema schema, string path)
    {
        var result = new ValueResult();
        if (schema.Enum is { Count: > 0 } allowed && !allowed.Any(candidate => ScalarRules.Same(candidate, value)))
        {
            var names = allowed.Select(candidate => candidate is JsonValue text && text.TryGetValue<string>(out var name) ? name : GoText.Json(candidate));
            result.Add(new ValueFault(FieldErrorKind.NotSupported, path, value, FieldError.NotSupported("", null, names).Detail));
        }

        return result;
    }

    private static ValueResult Items(JsonArray items, StructuralSchema schema, string path, Earlier earlier)
    {
        var result = new ValueResult();
        if (schema.Items is { } itemSchema)
        {
            for (var index = 0; index < items.Count; index++)
            {
                result.Merge(Node(items[index], itemSchema, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), earlier.Item(items[index], schema)));
            }
        }

        if (schema.Bound("minItems") is { } min && items.Count < min)
        {
            result.Add(new ValueFault(FieldErrorKind.Invalid, path, (long)items.Count, $"{path} in body should have at least {Whole(min)} items"));
        }

        if (schema.Bound("maxItems") is { } max && items.Count > max)
        {
            result.Add(new ValueFault(FieldErrorKind.TooMany, path, (long)items.Count, $"must have at most {Whole(max)} {(max == 1 ? "item" : "items")}"));
        }

        return result;
    }

    private static ValueResult Members(JsonObject members, StructuralSchema schema, string path, Earlier earlier)
    {
        var result = new ValueResult();
        if (schema.Bound("minProperties") is { } min && members.Count < min)
        {
            result.Add(new ValueFault(FieldErrorKind.Invalid, path, (long)members.Count, $"{path} in body should have at least {Whole(min)} properties"));
            return result;
        }

        if (schema.Bound("maxProperties") is { } max && members.Count > max)
        {
            result.Add(new ValueFault(FieldErrorKind.TooMany, path, (long)members.Count, $"must have at most {Whole(max)} {(max == 1 ? "item" : "items")}"));
            return result;
        }

        foreach (var (name, member) in members)
        {
            if (schema.Properties.ContainsKey(name))
            {
                continue;
            }

            if (schema.AllowsAdditional == false)
            {
                result.Add(new ValueFault(FieldErrorKind.Invalid, path, name, $"{path}.{name} in body is a forbidden property"));
            }
            else if (schema.AdditionalProperties is { } values)
            {
                result.Merge(Node(member, values, path + "." + name, earlier.Member(name)));
            }
        }

        foreach (var (name, property) in schema.Properties)
        {
            if (members.TryGetPropertyValue(name, out var member))
            {
                result.Merge(Node(member, property, path.Length == 0 ? name : path + "." + name, earlier.Member(name)));
            }
        }

        foreach (var name in schema.Required.Where(name => !members.ContainsKey(name)))
        {
            result.Add(new ValueFault(FieldErrorKind.Required, path + "." + name, "", ""));
        }

        return result;
    }

    /// <summary>anyOf, oneOf, allOf and not. Of several schemas that fail, the one that came closest says why.</summary>
    private static ValueResult Junctors(JsonNode value, StructuralSchema schema, string path, Earlier earlier)
    {
        var result = new ValueResult();
        var quoted = GoText.Quote(path);
        if (schema.AnyOf.Count > 0)
        {
            var tried = schema.AnyOf.Select(part => Validate(value, part, path, earlier)).ToList();
            if (tried.Find(part => part.IsValid) is { } success)
            {
                result.Merge(success);
            }
            else
            {
                result.Add(NoPlace($"{quoted} must validate at least one schema (anyOf)"));
                result.Merge(tried.MaxBy(part => part.Matches)!);
            }
        }

        if (schema.OneOf.Count > 0)
        {
            OneOf(result, [.. schema.OneOf.Select(part => Validate(value, part, path, earlier))], quoted);
        }

        if (schema.AllOf.Count > 0)
        {
            var tried = schema.AllOf.Select(part => Validate(value, part, path, earlier)).ToList();
            tried.ForEach(result.Merge);
            var valid = tried.Count(part => part.IsValid);
            if (valid != tried.Count)
            {
                result.Add(NoPlace($"{quoted} must validate all the schemas (allOf){(valid == 0 ? ". None validated" : "")}"));
            }
        }

        if (schema.Not is { } not && Validate(value, not, path, earlier).IsValid)
        {
            result.Add(NoPlace($"{quoted} must not validate the schema (not)"));
        }

        result.Count();
        return result;
    }

    private static void OneOf(ValueResult result, List<ValueResult> tried, string quoted)
    {
        var valid = tried.Count(part => part.IsValid);
        if (valid == 1)
        {
            result.Merge(tried.Find(part => part.IsValid)!);
            return;
        }

        var why = valid == 0 ? "Found none valid" : string.Create(CultureInfo.InvariantCulture, $"Found {valid} valid alternatives");
        result.Add(NoPlace($"{quoted} must validate one and only one schema (oneOf). {why}"));
        if (valid == 0)
        {
            result.Merge(tried.MaxBy(part => part.Matches)!);
        }
    }

    private static ValueFault NoPlace(string message) => new(FieldErrorKind.Invalid, "", "", message) { HasNoPlace = true };

    private static string Whole(double bound) => ((long)bound).ToString(CultureInfo.InvariantCulture);
}
