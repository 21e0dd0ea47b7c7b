using Orchestrator.Api.CustomResources;
using Xunit;

namespace Orchestrator.Api.Tests.CustomResources;

public sealed class VersionPriorityTests
{
    [Fact]
    public void Stable_versions_come_before_beta_and_alpha_and_what_is_no_version() => Assert.Equal(
        ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"],
        new[] { "foo10", "v1", "v11alpha2", "v2", "v3beta1", "foo1", "v10", "v12alpha1", "v10beta3", "v11beta2" }.Order(VersionPriority.Order));
}
