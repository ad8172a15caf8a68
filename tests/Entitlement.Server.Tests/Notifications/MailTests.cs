using System.Net.Mail;
using System.Text;
using Entitlement.Domain.Notifications;
using Entitlement.Domain.People;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Notifications;

/// <summary>What stands in a mail, and what no name can make of it.</summary>
public class MailTests
{
    private static readonly MessageContent Appointed = MessageContent.SupervisorAppointed("Example Works", "C-1001");

    [Fact]
    public async Task Tells_the_same_as_text_and_as_a_page()
    {
        await using var office = await PostOffice.OpenAsync();

        var mail = await SendAsync(office, MessageContent.Welcome("Example Works", "C-1001", "+44 20 7946 0000"));

        Assert.StartsWith("multipart/alternative", mail.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Equal(["text/plain; charset=utf-8", "text/html; charset=utf-8"], mail.Parts.Select(part => part.Type));
        Assert.Equal("Your access to Entitlement for Example Works", mail.Subject);
        Assert.Equal("\"Ada Lovelace\" <ada@example.com>", mail.Header("To"));
        Assert.Equal("\"Entitlement\" <licenses@example.com>", mail.Header("From"));
        Assert.Equal("auto-generated", mail.Header("Auto-Submitted"));
        string[] told =
        [
            "Ada Lovelace", "ada@example.com", "Example Works", "C-1001", "https://portal.example.com/",
            $"https://portal.example.com/password#{PostOffice.Secret}",
            office.Clock.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd HH:mm 'UTC'", null),
        ];
        Assert.All(told, text => Assert.Contains(text, mail.Text, StringComparison.Ordinal));
        Assert.All(told, text => Assert.Contains(text, mail.Html, StringComparison.Ordinal));
        Assert.Contains("+44 20 7946 0000", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", mail.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_whoever_is_invited_by_which_command_it_is_accepted()
    {
        await using var office = await PostOffice.OpenAsync();
        var invitation = Invitation.Send(Guid.NewGuid(), Guid.NewGuid(), "ada@example.com", office.Clock.GetUtcNow());

        var mail = await SendAsync(office, MessageContent.Invitation("Example Works", "C-1001", invitation));

        Assert.Equal("Example Works asks you to join it", mail.Subject);
        Assert.Contains($"entitle user invitations accept {invitation.Name}\n", mail.Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains($"entitle user invitations accept {invitation.Name}", mail.Html, StringComparison.Ordinal);
        Assert.Contains("https://portal.example.com/", mail.Text, StringComparison.Ordinal);
        Assert.Equal(0, office.LinksMade);
    }

    [Theory]
    [InlineData("Zoë Müller-Łukasiewicz", "Bäckerei Österreich")]
    [InlineData("Нгуен Иванович", "ООО «Ромашка»")]
    [InlineData("山田太郎", "日本電気硝子特殊加工研究開発有限責任株式会社東京都千代田区丸の内一丁目第二営業本部ライセンス管理課")]
    [InlineData("🙂 Ada", "👩‍💻 Works")]
    public async Task Names_and_subjects_arrive_in_any_language(string person, string account)
    {
        await using var office = await PostOffice.OpenAsync();

        var mail = await SendAsync(office, MessageContent.SupervisorAppointed(account, customerNumber: null), person);

        Assert.Equal($"You are a supervisor of {account}", mail.Subject);
        Assert.Equal($"{person} <ada@example.com>", mail.Header("To").Replace("\"", "", StringComparison.Ordinal));
        Assert.Contains($"Hello {person},", mail.Text, StringComparison.Ordinal);
        Assert.True(Ascii.IsValid(mail.Raw));
        Assert.All(mail.Raw.Split("\r\n"), line => Assert.InRange(line.Length, 0, 998));
    }

    [Theory]
    [InlineData("Ada\r\nBcc: eve@example.com")]
    [InlineData("Ada\nBcc: eve@example.com\n\nBuy now")]
    [InlineData("Ada\u2028Bcc: eve@example.com")]
    [InlineData("Ada\" <eve@example.com>, \"Eve")]
    [InlineData("Ada\\\" <eve@example.com>, Eve")]
    [InlineData("=?utf-8?Q?Ada=0D=0ABcc:_eve@example.com?=")]
    [InlineData("Ada\0")]
    public async Task A_name_adds_neither_headers_nor_recipients(string name)
    {
        await using var office = await PostOffice.OpenAsync();
        var usual = await SendAsync(office, Appointed);

        var mail = await SendAsync(office, MessageContent.SupervisorAppointed(name, name), name);

        Assert.Equal(usual.HeaderNames, mail.HeaderNames);
        Assert.Equal(["ada@example.com"], mail.Recipients);
        Assert.Equal("ada@example.com", Assert.Single(MailAddresses(mail.Header("To"))));
        Assert.DoesNotContain("\nBcc:", mail.Raw, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\nBcc:", mail.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_name_becomes_no_markup_and_turns_no_text_around()
    {
        const string name = "<img src=x onerror=\"alert(1)\"> & 'Ada' \u202Egnp.exe {{link}}";
        await using var office = await PostOffice.OpenAsync();

        var mail = await SendAsync(office, MessageContent.Welcome(name, name, name), name);

        Assert.DoesNotContain("<img", mail.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; &#39;Ada&#39;", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', mail.Html);
        Assert.DoesNotContain('\u202E', mail.Text);
        Assert.Contains("{{link}}", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(PostOffice.Secret, mail.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_secret_of_a_link_is_in_the_mail_and_nowhere_else()
    {
        await using var office = await PostOffice.OpenAsync();
        office.Mail.Recipient = _ => "450 4.2.0 Later";
        await office.WriteAsync(MessageContent.PasswordReset());
        Assert.Equal(0, office.LinksMade);

        await office.SendAsync();
        office.Mail.Recipient = _ => "250 Ok";
        office.Clock.Advance(TimeSpan.FromHours(1));
        await office.SendAsync();

        Assert.Equal(2, office.LinksMade);
        Assert.Contains(PostOffice.Secret, Assert.Single(office.Mail.Mails).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(PostOffice.Secret, office.Host.Logs.Text, StringComparison.Ordinal);
        await office.Host.StopAsync();
        foreach (var file in Directory.GetFiles(office.Host.DataDirectory, "entitlement.db*"))
        {
            Assert.Equal(-1, (await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(PostOffice.Secret)));
        }
    }

    [Fact]
    public async Task Somebody_for_whom_no_link_can_be_made_gets_no_mail()
    {
        await using var office = await PostOffice.OpenAsync();

        await office.WriteAsync(MessageContent.PasswordReset(), new Recipient(null, "ada@example.com", "Ada"));
        await office.SendAsync();

        Assert.Empty(office.Mail.Mails);
        Assert.Equal(MessageState.GivenUp, (await office.ReadAsync()).State);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_license_file_is_attached_as_it_was_signed(DatabaseKind database)
    {
        await using var office = await PostOffice.OpenAsync(database);
        var (activation, signed) = await ActivateAsync(office);
        var file = await office.QueryAsync(db => db.IssuedFiles.SingleAsync(row => row.AccountId == activation.AccountId));

        var mail = await SendAsync(
            office, MessageContent.LicenseFile(file, "Acme CAD", "press-7", activation.Ending, "2026-12-22"));

        var attached = mail.Part("application/jose");
        Assert.Equal(signed, attached.Content);
        Assert.Contains($"name=license-{activation.Ending}.lic", attached.Type, StringComparison.Ordinal);
        Assert.StartsWith("multipart/mixed", mail.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Equal("License file of Acme CAD for press-7", mail.Subject);
    }

    [Fact]
    public async Task A_license_file_whose_license_went_to_another_account_is_not_sent()
    {
        await using var office = await PostOffice.OpenAsync();
        var (activation, _) = await ActivateAsync(office);
        var file = await office.QueryAsync(db => db.IssuedFiles.SingleAsync());
        await office.WriteAsync(MessageContent.LicenseFile(file, "Acme CAD", "press-7", activation.Ending, null));
        var other = await new V1.AccountService.AccountServiceClient(office.Host.Administrator).CreateAccountAsync(
            new V1.CreateAccountRequest { Account = new V1.Account { DisplayName = "Other Works" } });
        await new V1.LicenseService.LicenseServiceClient(office.Host.Administrator).TransferLicenseAsync(
            new V1.TransferLicenseRequest { Name = activation.License, Account = other.Account.Name, Reason = "Sold." });

        await office.SendAsync();

        Assert.Empty(office.Mail.Mails);
        Assert.Equal(MessageState.GivenUp, (await office.ReadAsync()).State);
    }

    /// <summary>As a reader finds them that honours quotation marks.</summary>
    private static IEnumerable<string> MailAddresses(string header)
    {
        var list = new MailAddressCollection { header };
        return list.Select(address => address.Address);
    }

    private static async Task<ReceivedMail> SendAsync(PostOffice office, MessageContent content, string name = "Ada Lovelace")
    {
        await office.WriteAsync(content, PostOffice.Ada with { Name = name });
        await office.SendAsync();
        return office.Mail.Mails[^1];
    }

    private static async Task<((Guid AccountId, string License, string Ending) Activation, byte[] File)> ActivateAsync(PostOffice office)
    {
        var license = await office.Host.CreateLicenseAsync();
        using var product = new InstalledProduct();
        var answer = await new V1.ActivationService.ActivationServiceClient(office.Host.Anonymous).ActivateAsync(
            new V1.ActivateRequest { LicenseRequest = product.Sign(product.Ask(license.Slc)) });
        return ((Guid.Parse(license.Name.Split('/')[1]), license.Name, license.SlcEnding), answer.LicenseFile.ToByteArray());
    }
}
