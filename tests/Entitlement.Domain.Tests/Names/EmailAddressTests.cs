using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Tests.Names;

public class EmailAddressTests
{
    [Theory]
    [InlineData("ann@example.com", "ann@example.com")]
    [InlineData("Ann.LEE@Example.COM", "ann.lee@example.com")]
    [InlineData("o'neil+licenses@example.co.uk", "o'neil+licenses@example.co.uk")]
    [InlineData("a_b-c=d/e!f#g$h%i&j*k?l^m`n{o|p}q~@example.com", "a_b-c=d/e!f#g$h%i&j*k?l^m`n{o|p}q~@example.com")]
    [InlineData("7@example.com", "7@example.com")]
    [InlineData("ann@bücher.example", "ann@xn--bcher-kva.example")]
    [InlineData("ann@BÜCHER.example", "ann@xn--bcher-kva.example")]
    [InlineData("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example")]
    [InlineData("ann@例え.テスト", "ann@xn--r8jz45g.xn--zckzah")]
    [InlineData("root@localhost", "root@localhost")]
    public void Has_one_spelling(string text, string address) => Assert.Equal(address, EmailAddress.Parse(text, "email"));

    [Theory]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("@example.com")]
    [InlineData("ann@")]
    [InlineData("@")]
    [InlineData("ann@@example.com")]
    [InlineData("ann@lee@example.com")]
    [InlineData("\"ann lee\"@example.com")]
    [InlineData("\"ann\"@example.com")]
    [InlineData("ann lee@example.com")]
    [InlineData(" ann@example.com")]
    [InlineData("ann@example.com ")]
    [InlineData("ann@exam ple.com")]
    [InlineData("ann,bob@example.com")]
    [InlineData("ann@example.com,bob@example.com")]
    [InlineData("Ann <ann@example.com>")]
    [InlineData("ann@example.com\r\nBcc: bob@example.com")]
    [InlineData("ann@example.com\u0000")]
    [InlineData(".ann@example.com")]
    [InlineData("ann.@example.com")]
    [InlineData("ann..lee@example.com")]
    [InlineData("ann@.example.com")]
    [InlineData("ann@example.com.")]
    [InlineData("ann@example..com")]
    [InlineData("ann@-example.com")]
    [InlineData("ann@example-.com")]
    [InlineData("ann@exam_ple.com")]
    [InlineData("ann@[192.0.2.1]")]
    [InlineData("änn@example.com")]
    [InlineData("ann\u200B@example.com")]
    [InlineData("ann@exam\u00ADple\u0378.com")]
    public void Refuses_what_is_none(string text)
    {
        var refusal = Assert.Throws<EntitlementException>(() => EmailAddress.Parse(text, "users[3].email"));

        Assert.Equal(FailureReason.InvalidArgument, refusal.Reason);
        Assert.Equal("users[3].email", refusal.Metadata["field"]);
    }

    [Theory]
    [InlineData(64, 189, true)]
    [InlineData(65, 100, false)]
    [InlineData(64, 190, false)]
    [InlineData(1, 252, true)]
    [InlineData(1, 253, false)]
    public void Has_at_most_64_characters_before_the_sign_and_254_in_all(int local, int domain, bool accepted)
    {
        var text = $"{new string('a', local)}@{Domain(domain)}";

        var refusal = Record.Exception(() => EmailAddress.Parse(text, "email"));

        Assert.Equal(accepted, refusal is null);
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void Has_at_most_63_characters_in_a_part_of_the_domain(int length, bool accepted)
    {
        var refusal = Record.Exception(() => EmailAddress.Parse($"ann@{new string('b', length)}.com", "email"));

        Assert.Equal(accepted, refusal is null);
    }

    /// <summary>Parts of at most 50 characters, which together have this length.</summary>
    private static string Domain(int length)
    {
        var text = string.Join('.', Enumerable.Repeat(new string('b', 50), 6))[..length].ToCharArray();
        text[^1] = 'c';
        if (text[^2] == '.')
        {
            text[^2] = 'c';
        }

        return new string(text);
    }
}
