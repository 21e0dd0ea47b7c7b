using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Events;

/// <summary>What Events add to the common write path: an event lies in the namespace of what it is about.</summary>
/// <remarks>Upstream: pkg/registry/core/event/strategy.go and legacyValidateEvent. An event with an eventTime is one of the new sort and says more.</remarks>
internal sealed class EventStrategy : KindStrategy
{
    private const int LongestWord = 128;
    private const int LongestMessage = 1024;

    private static readonly string[] NamespacesOfOld = ["", "default"];
    private static readonly string[] NamespacesOfNew = ["default", "kube-system"];

    /// <inheritdoc />
    public override GroupResource Resource => new("", "events");

    /// <inheritdoc />
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var isNew = obj.Text("eventTime").Length > 0;
        ValidateNamespace(obj, isNew ? NamespacesOfNew : NamespacesOfOld, faults);
        if (!isNew)
        {
            return faults;
        }

        var controller = obj.Text("reportingComponent");
        if (controller.Length == 0)
        {
            faults.Required("reportingController");
        }

        faults.Invalid("reportingController", controller, ObjectNames.QualifiedNameErrors(controller));
        foreach (var field in new[] { "reportingInstance", "action", "reason" })
        {
            RequireWord(obj.Text(field), field, faults);
        }

        if (obj.Text("message").Length > LongestMessage)
        {
            faults.Invalid("message", "", $"can have at most {LongestMessage} characters");
        }

        return faults;
    }

    /// <summary>What is about a cluster-wide object goes into one of the given namespaces.</summary>
    private static void ValidateNamespace(JsonObject obj, string[] clusterWide, Faults faults)
    {
        var ns = obj.Object("metadata").Text("namespace");
        var subject = obj.Object("involvedObject").Text("namespace");
        if (subject.Length == 0 ? !clusterWide.Contains(ns, StringComparer.Ordinal) : ns != subject)
        {
            faults.Invalid("involvedObject.namespace", subject, "does not match event.namespace");
        }
    }

    private static void RequireWord(string word, string field, Faults faults)
    {
        if (word.Length == 0)
        {
            faults.Required(field);
        }

        if (word.Length > LongestWord)
        {
            faults.Invalid(field, "", $"can have at most {LongestWord} characters");
        }
    }
}
