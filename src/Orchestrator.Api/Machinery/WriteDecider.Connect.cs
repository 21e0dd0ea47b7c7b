using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Machinery;

public sealed partial class WriteDecider
{
    /// <inheritdoc />
    public WriteDecision Connect(ObjectKey key, JsonObject connection, WriteOptions options, Surroundings at)
    {
        if (Open(key, options, at) is not { } request)
        {
            return UnknownResource();
        }

        var attributes = Attributes(request, AdmissionOperation.Connect, connection, null) with
        {
            HasObjectOfKind = false,
            TakeOver = (changed, _) => Replace(connection, changed),
        };
        return Admit(request, attributes) ?? ValidateAdmission(request, attributes) ?? new WriteDecision.Unchanged { Warnings = request.Warnings };
    }
}
