using Entitlement.Domain.Access;

namespace Entitlement.Domain.Tests.Access;

public sealed class TargetOfNameTests
{
    private const string Account = "accounts/01981d00-0000-7000-8000-000000000001";
    private const string License = $"{Account}/licenses/01981d00-0000-7000-8000-000000000002";
    private const string Product = "products/01981d00-0000-7000-8000-000000000003";

    [Theory]
    [InlineData(Account)]
    [InlineData(License)]
    [InlineData(Product)]
    public void Reads_the_commonest_names_as_they_are_read_otherwise(string name)
    {
        Assert.True(ResourcePath.TryReadTarget(name, out var target));
        Assert.True(ResourcePath.TryParse(name, out var path));

        Assert.Equal(AccessTarget.Of(path.Scopes), target);
    }

    [Theory]
    [InlineData("")]
    [InlineData("accounts/-")]
    [InlineData($"{Account}/")]
    [InlineData($"{Account}/licenses/-")]
    [InlineData($"{License}/activations/01981d00-0000-7000-8000-000000000004")]
    [InlineData($"{Product}/keys/1")]
    [InlineData("accounts/01981D00-0000-7000-8000-00000000000A")]
    [InlineData("users/01981d00-0000-7000-8000-000000000001")]
    public void Leaves_all_other_names_to_be_read_otherwise(string name) =>
        Assert.False(ResourcePath.TryReadTarget(name, out _));
}
