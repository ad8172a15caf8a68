using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Tests.Names;

/// <summary>What people are called, and how they are reached.</summary>
public class PersonTextTests
{
    [Theory]
    [InlineData("Ann Lee")]
    [InlineData("Jean-Luc O'Neil, Jr.")]
    [InlineData("A_B & C 100%")]
    [InlineData("7")]
    [InlineData("Æsa Þórðardóttir")]
    [InlineData("Αθηνά Παπαδοπούλου")]
    [InlineData("Наталья Фёдорова")]
    [InlineData("山田 太郎")]
    [InlineData("김철수")]
    [InlineData("मोहनदास गांधी")]
    [InlineData("محمد علي")]
    [InlineData("נועה לוי")]
    [InlineData("สมชาย ใจดี")]
    [InlineData("Nguyễn Văn An")]
    [InlineData("𠮷野家")]
    public void A_name_of_any_language_is_kept_as_it_is(string name) => Assert.Equal(name, Text.PersonName(name, "name"));

    [Fact]
    public void A_name_is_kept_in_normalization_form_C() =>
        Assert.Equal("Zo\u00EB", Text.PersonName("Zoe\u0308", "name"));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" Ann")]
    [InlineData("Ann ")]
    [InlineData("Ann@Lee")]
    [InlineData("Ann <b>")]
    [InlineData("Ann\"Lee")]
    [InlineData("Ann;Lee")]
    [InlineData("Ann/Lee")]
    [InlineData("Ann\\Lee")]
    [InlineData("Ann\u2019s")]
    [InlineData("=Ann()")]
    [InlineData("Ann\tLee")]
    [InlineData("Ann\nLee")]
    [InlineData("Ann\u0000")]
    [InlineData("Ann\u007F")]
    [InlineData("Ann\u00A0Lee")]
    [InlineData("Ann\u200BLee")]
    [InlineData("\u202Eeel nnA")]
    [InlineData("Ann\uFEFF")]
    [InlineData("Ann\u2028Lee")]
    [InlineData("Ann\uE000")]
    [InlineData("Ann\u0378")]
    [InlineData("Ann\uFFFD")]
    [InlineData("Ann 😀")]
    public void A_name_with_anything_else_is_refused(string name) => AssertRefused(() => Text.PersonName(name, "users[0].display_name"));

    [Fact]
    public void Half_of_a_character_is_no_name() => AssertRefused(() => Text.PersonName("Ann\uD842", "users[0].display_name"));

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void A_name_has_at_most_256_characters(int length, bool accepted)
    {
        var refusal = Record.Exception(() => Text.PersonName(new string('é', length), "name"));

        Assert.Equal(accepted, refusal is null);
    }

    [Theory]
    [InlineData("+49 (0)40 / 123-456.7")]
    [InlineData("112")]
    public void A_telephone_number_is_kept_as_it_is_written(string number) => Assert.Equal(number, Text.PhoneNumber(number, "phone"));

    [Fact]
    public void An_empty_telephone_number_is_none() => Assert.Null(Text.PhoneNumber("", "phone"));

    [Theory]
    [InlineData("none")]
    [InlineData("+-()./ ")]
    [InlineData("040 123x4")]
    [InlineData("٠٤٠")]
    [InlineData("040\n123")]
    [InlineData("012345678901234567890123456789012")]
    public void A_telephone_number_of_anything_else_is_refused(string number) =>
        AssertRefused(() => Text.PhoneNumber(number, "users[0].display_name"));

    private static void AssertRefused(Action act)
    {
        var refusal = Assert.Throws<EntitlementException>(act);
        Assert.Equal(FailureReason.InvalidArgument, refusal.Reason);
        Assert.Equal("users[0].display_name", refusal.Metadata["field"]);
    }
}
