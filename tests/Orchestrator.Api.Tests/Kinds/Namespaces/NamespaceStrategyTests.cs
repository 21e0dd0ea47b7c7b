using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.Namespaces;

public sealed class NamespaceStrategyTests
{
    [Fact]
    public void Namespace_carries_its_name_and_finalizer() => AssertSame(
        """{"metadata":{"name":"team","labels":{"kubernetes.io/metadata.name":"team"}},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}""",
        Created(Strategy("", "namespaces"), """{"metadata":{"name":"team"},"status":{"phase":"Terminating"}}"""));

    [Fact]
    public void Finalizers_go_through_finalize_alone()
    {
        var old = Json("""{"metadata":{"name":"a"},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Terminating"}}""");
        var obj = Json("""{"metadata":{"name":"a"},"spec":{"finalizers":[]},"status":{"phase":"Active"}}""");
        var finalized = Json(obj.ToJsonString());
        Strategy("", "namespaces").PrepareForUpdate(obj, old, "");
        Strategy("", "namespaces").PrepareForUpdate(finalized, old, "finalize");

        AssertSame(old.ToJsonString(), obj);
        AssertSame("""{"metadata":{"name":"a"},"spec":{"finalizers":[]},"status":{"phase":"Terminating"}}""", finalized);
    }

    [Fact]
    public void Name_is_a_label() => Assert.NotEmpty(Strategy("", "namespaces").NameErrors("a.b", prefix: false));
}
