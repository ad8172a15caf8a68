using Entitlement.Domain.Errors;
using Entitlement.Domain.SignIn;

namespace Entitlement.Domain.Tests.SignIn;

public class PasswordTests
{
    private static readonly PasswordRule Rule = new(MinLength: 12);
    private static readonly DateTimeOffset Now = Samples.Now;

    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("twelve chars")]
    [InlineData("пароль из букв")]
    [InlineData("🔑🔒🗝️ and words")]
    public void Takes_long_passwords_of_whatever_characters(string password) =>
        Assert.Null(Record.Exception(() => Rule.Require(password, "ann@example.com", "password")));

    [Theory]
    [InlineData("", "must be 12 to 256 characters")]
    [InlineData("eleven char", "must be 12 to 256 characters")]
    [InlineData("abababababababab", "must have 4 different characters")]
    [InlineData("twelve\u0000chars", "must not contain control characters")]
    [InlineData("my ANN@example.com", "must not contain the person's address")]
    public void Refuses_a_password_that_is_tried_first_and_never_repeats_it(string password, string rule)
    {
        var refusal = Assert.Throws<EntitlementException>(() => Rule.Require(password, "ann@example.com", "new_password"));

        Assert.Equal((FailureReason.InvalidArgument, "new_password", rule),
            (refusal.Reason, refusal.Metadata["field"], refusal.Metadata["rule"]));
        Assert.True(password.Length == 0 || !refusal.Message.Contains(password, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void A_password_has_at_most_256_characters(int length, bool accepted)
    {
        var password = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));

        Assert.Equal(accepted, Record.Exception(() => Rule.Require(password, email: null, "password")) is null);
    }

    [Fact]
    public void Counts_length_in_the_form_that_is_hashed()
    {
        // One character that stands for eighteen in normal form KC.
        var password = new string('\uFDFA', 20);

        Assert.Throws<EntitlementException>(() => PasswordRule.Normalize(password, "password"));
        Assert.Equal("fi", PasswordRule.Normalize("\uFB01", "password"));
    }

    [Fact]
    public void An_initial_password_is_good_for_choosing_another_until_its_end()
    {
        var until = Now.AddDays(7);
        var credential = PasswordCredential.Create(Guid.NewGuid(), "hash", until, Now);

        Assert.Null(Record.Exception(() => credential.RequireUsable(hasNew: true, until.AddMilliseconds(-1))));
        Assert.Equal(FailureReason.PasswordChangeRequired, ReasonOf(() => credential.RequireUsable(hasNew: false, Now)));
        Assert.Equal(FailureReason.InitialPasswordExpired, ReasonOf(() => credential.RequireUsable(hasNew: true, until)));
    }

    [Fact]
    public void A_password_of_ones_own_has_no_end()
    {
        var credential = PasswordCredential.Create(Guid.NewGuid(), "hash", Now.AddDays(7), Now);

        credential.Change("other", initialUntil: null, Now);

        Assert.Null(Record.Exception(() => credential.RequireUsable(hasNew: false, Now.AddYears(10))));
        Assert.Equal(1, credential.Revision);
    }

    [Fact]
    public void A_link_works_once()
    {
        var link = PasswordLink.Create(Guid.NewGuid(), new byte[32], TimeSpan.FromHours(1), Now);

        link.Use(Now);

        var refusal = Assert.Throws<EntitlementException>(() => link.Use(Now.AddMinutes(1)));
        Assert.Equal((FailureReason.PasswordLinkInvalid, "used"), (refusal.Reason, refusal.Metadata["cause"]));
        Assert.Equal((Now, 1), (link.UseTime!.Value, link.Revision));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void A_link_works_up_to_but_not_at_its_end(int secondsFromEnd, bool works)
    {
        var link = PasswordLink.Create(Guid.NewGuid(), new byte[32], TimeSpan.FromHours(1), Now);

        var refusal = Record.Exception(() => link.RequireUsable(Now.AddHours(1).AddSeconds(secondsFromEnd)));

        Assert.Equal(works, refusal is null);
    }

    [Fact]
    public void A_link_ends_with_the_password_that_it_was_for_and_a_used_one_stays_used()
    {
        var (open, used) = (NewLink(), NewLink());
        used.Use(Now);

        open.End(Now);
        used.End(Now);

        Assert.Equal("superseded", CauseOf(() => open.Use(Now)));
        Assert.Equal("used", CauseOf(() => used.Use(Now)));
    }

    [Fact]
    public void A_secret_is_known_by_its_hash_alone()
    {
        byte[] secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        var link = PasswordLink.Create(Guid.NewGuid(), secret, TimeSpan.FromHours(1), Now);

        Assert.True(link.HasSecret(secret));
        Assert.False(link.HasSecret(new byte[32]));
        Assert.False(link.SecretHash.AsSpan().SequenceEqual(secret));
    }

    private static PasswordLink NewLink() => PasswordLink.Create(Guid.NewGuid(), new byte[32], TimeSpan.FromHours(1), Now);

    private static FailureReason ReasonOf(Action action) => Assert.Throws<EntitlementException>(action).Reason;

    private static string CauseOf(Action action) => Assert.Throws<EntitlementException>(action).Metadata["cause"];
}
