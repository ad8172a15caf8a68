using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Tests.Names;

public class ResourceNameTests
{
    private const string Id = "01981d00-0000-7000-8000-00000000000a";

    [Fact]
    public void Every_name_reads_back_as_it_was_written()
    {
        var id = Guid.CreateVersion7();

        Assert.Equal(new ProductName(id), ProductName.Parse($"{new ProductName(id)}", "name"));
        Assert.Equal(new AccountName(id), AccountName.Parse($"{new AccountName(id)}", "name"));
        Assert.Equal(new LicenseName(id, id), LicenseName.Parse($"{new LicenseName(id, id)}", "name"));
        Assert.Equal(new ActivationName(id, id, id), ActivationName.Parse($"{new ActivationName(id, id, id)}", "name"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("accounts")]
    [InlineData("accounts/")]
    [InlineData($"products/{Id}")]
    [InlineData($"accounts/{Id}")]
    [InlineData($"accounts/{Id}/licenses/")]
    [InlineData($"accounts/{Id}/licenses/{Id}/")]
    [InlineData($"accounts/{Id}/licenses/{Id}/activations/{Id}")]
    [InlineData($"/accounts/{Id}/licenses/{Id}")]
    [InlineData($"accounts/-/licenses/{Id}")]
    [InlineData($"accounts/{Id}/licenses/01981D00-0000-7000-8000-00000000000A")]
    [InlineData($"accounts/{Id}/licenses/01981d000000700080000000000000000a00")]
    [InlineData($"accounts/{Id}/licenses/{{1981d00-0000-7000-8000-0000000000a}}")]
    public void Refuses_every_other_spelling_and_names_the_field(string text)
    {
        var refusal = Assert.Throws<EntitlementException>(() => LicenseName.Parse(text, "parent"));

        Assert.Equal(FailureReason.InvalidArgument, refusal.Reason);
        Assert.Equal("parent", refusal.Metadata["field"]);
    }
}
