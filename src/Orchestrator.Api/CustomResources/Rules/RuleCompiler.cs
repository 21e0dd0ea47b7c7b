using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Cel;
using Orchestrator.Cel.Schemas;

namespace Orchestrator.Api.CustomResources.Rules;

/// <summary>Compiles the rules of one place of a schema, in which <c>self</c> is the value there and <c>oldSelf</c> what it was.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/schema/cel/compilation.go.</remarks>
internal sealed class RuleCompiler
{
    private readonly CelEnvironment plain;
    private readonly CelEnvironment optional;

    private RuleCompiler(CelDeclType shape)
    {
        var named = shape.Named("selfType");
        var self = CelEnvironment.Kubernetes.WithVariable("self", named);
        plain = self.WithVariable("oldSelf", named);
        optional = self.WithVariable("oldSelf", CelType.OptionalOf(named.Type));
        Smallest = named.MinSerializedSize;
    }

    /// <summary>The bytes that the smallest value takes in a request: by it is reckoned how many can be in one.</summary>
    public long Smallest { get; }

    /// <summary>The compiler for a place; null when nothing is known of the values there.</summary>
    public static RuleCompiler? For(StructuralSchema schema, bool isRoot) => ShapeOf(schema, isRoot).ToDeclType(isRoot || schema.IsEmbedded) is { } shape ? new RuleCompiler(shape) : null;

    /// <summary>The schema as expressions read values by it.</summary>
    public static CelSchema ShapeOf(StructuralSchema schema, bool isRoot)
    {
        if (!isRoot)
        {
            return CelSchema.Parse(schema.Source);
        }

        // The root is an object of the API like an embedded one: it has kind, apiVersion and metadata, whatever the schema says.
        var source = schema.Source.DeepClone().AsObject();
        source["x-kubernetes-embedded-resource"] = true;
        return CelSchema.Parse(source);
    }

    /// <summary>Compiles a rule.</summary>
    public CompiledRule Compile(ValidationRule rule)
    {
        if (rule.Rule.Trim().Length == 0)
        {
            return new CompiledRule(rule);
        }

        var environment = rule.OptionalOldSelf == true ? optional : plain;
        var compilation = environment.Compile(rule.Rule);
        if (compilation.Program is not { } program)
        {
            return new CompiledRule(rule) { Fault = "compilation failed: " + compilation.Message };
        }

        if (!program.ResultType.Equals(CelType.Bool))
        {
            return new CompiledRule(rule) { Fault = "cel expression must evaluate to a bool" };
        }

        var compiled = new CompiledRule(rule) { Program = program, UsesOldSelf = program.Reads("oldSelf") };
        if (rule.MessageExpression.Length == 0)
        {
            return compiled;
        }

        var message = environment.Compile(rule.MessageExpression);
        return message.Program is not { } text ? compiled with { MessageFault = "messageExpression compilation failed: " + message.Message }
            : !text.ResultType.Equals(CelType.String) ? compiled with { MessageFault = "messageExpression must evaluate to a string" }
            : compiled with { Message = text };
    }
}
