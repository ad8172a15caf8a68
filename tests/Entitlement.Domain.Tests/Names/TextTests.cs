using Entitlement.Domain.Accounts;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Products;

namespace Entitlement.Domain.Tests.Names;

public class TextTests
{
    [Theory]
    [InlineData("acme-cad")]
    [InlineData("7.zip_x")]
    public void A_product_code_is_kept_as_it_is(string code) => Assert.Equal(code, Product.Define(code, "x", Samples.Now).Code);

    [Theory]
    [InlineData("")]
    [InlineData("-acme")]
    [InlineData("Acme")]
    [InlineData("acme cad")]
    [InlineData("acmé")]
    public void A_product_code_of_other_characters_is_refused(string code) =>
        AssertRefused("product.code", () => Product.Define(code, "x", Samples.Now));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_product_code_has_at_most_64_characters(int length, bool accepted)
    {
        var refusal = Record.Exception(() => Product.Define(new string('a', length), "x", Samples.Now));

        Assert.Equal(accepted, refusal is null);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void A_display_name_has_1_to_256_characters(int length, bool accepted)
    {
        var refusal = Record.Exception(() => Account.Open(new NewAccount { DisplayName = new string('ä', length) }, Samples.Now));

        Assert.Equal(accepted, refusal is null);
    }

    [Fact]
    public void A_display_name_has_no_line_breaks() =>
        AssertRefused("account.display_name", () => Account.Open(new NewAccount { DisplayName = "a\nb" }, Samples.Now));

    [Fact]
    public void An_empty_external_reference_is_none() => Assert.Null(Account.Open(new NewAccount { DisplayName = "x" }, Samples.Now).ExternalRef);

    private static void AssertRefused(string field, Action act)
    {
        var refusal = Assert.Throws<EntitlementException>(act);
        Assert.Equal(FailureReason.InvalidArgument, refusal.Reason);
        Assert.Equal(field, refusal.Metadata["field"]);
    }
}
