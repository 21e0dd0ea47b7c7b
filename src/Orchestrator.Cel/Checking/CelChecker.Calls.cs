using Orchestrator.Cel.Parsing;

namespace Orchestrator.Cel.Checking;

/// <content>Calls and their overloads.</content>
internal sealed partial class CelChecker
{
    private CelType Call(CallExpression call)
    {
        foreach (var argument in call.Arguments) Check(argument);
        if (call.Target is null)
        {
            if (_declarations.FindFunction(call.Function) is { } global) return Overload(call, global, null);
            return Undeclared(call);
        }

        if (QualifiedName(call.Target) is { } prefix && !ShadowedByLocal(prefix) && _declarations.FindFunction($"{prefix}.{call.Function}") is { } namespaced)
        {
            call.Target = null;
            return Overload(call, namespaced, null);
        }

        Check(call.Target);
        return _declarations.FindFunction(call.Function) is { } member ? Overload(call, member, call.Target) : Undeclared(call);
    }

    private CelType Undeclared(CallExpression call)
    {
        _issues.Report(call.Position, $"undeclared reference to '{call.Function}' (in container '{_declarations.Container}')");
        return CelType.Error;
    }

    private CelType Overload(CallExpression call, CelFunction function, CelExpression? target)
    {
        call.Function = function.Name;
        CelType[] arguments = target is null ? [.. call.Arguments.Select(argument => argument.Type)] : [target.Type, .. call.Arguments.Select(argument => argument.Type)];
        var fitting = new List<CelOverload>();
        CelType? result = null;
        foreach (var overload in function.Overloads)
        {
            if (overload.IsMember != (target is not null)) continue;
            var (parameters, declared) = _types.Instantiate(overload);
            if (!_types.AreAssignable(arguments, parameters)) continue;
            fitting.Add(overload);
            var type = _types.Substitute(declared, unknownToDyn: false);
            // More than one overload that fits: the result is known only when they agree.
            result = result is null || result.Equals(type) ? type : CelType.Dyn;
        }

        if (result is not null)
        {
            call.Overloads = fitting;
            return result;
        }

        var shown = arguments.Select(type => _types.Substitute(type, unknownToDyn: true)).ToList();
        var signature = target is null ? $"({string.Join(", ", shown)})" : $"{shown[0]}.({string.Join(", ", shown.Skip(1))})";
        _issues.Report(call.Position, $"found no matching overload for '{function.Name}' applied to '{signature}'");
        return CelType.Error;
    }
}
