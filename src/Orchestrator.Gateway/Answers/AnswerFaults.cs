using Orchestrator.Api.Machinery;

namespace Orchestrator.Gateway.Answers;

/// <summary>Failures that only HTTP knows.</summary>
internal static class AnswerFaults
{
    /// <summary>406: none of the forms that the client reads is written here.</summary>
    public static ApiStatus NotAcceptable() =>
        new(406, "NotAcceptable", "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf")
        {
            HasDetails = true,
        };
}
