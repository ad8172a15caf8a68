using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Entitlement.Domain.Notifications;
using Entitlement.Testing;

namespace Entitlement.Server.Tests.Notifications;

/// <summary>Who gets a mail and the password of the mail server's user, and who does not.</summary>
public class SecurityTests
{
    private const string Password = "correct-horse-battery";

    private static readonly Dictionary<string, string?> Options = new()
    {
        ["Messages:SmtpSecurity"] = "StartTls",
        ["Messages:SmtpUser"] = "entitlement",
        ["Messages:SmtpPassword"] = Password,
    };

    [Fact]
    public async Task Sends_under_TLS_and_says_who_it_is_only_there()
    {
        using var certificate = NewCertificate();
        using var trust = new Trust(certificate);
        await using var office = await PostOffice.OpenAsync(options: Options, mail: new MailServer { Certificate = certificate });

        await SendAsync(office);

        var commands = office.Mail.Commands.ToList();
        Assert.Single(office.Mail.Mails);
        Assert.InRange(commands.FindIndex(IsCredential), commands.IndexOf("STARTTLS") + 1, int.MaxValue);
        Assert.DoesNotContain(Password, office.Host.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_nothing_to_a_server_that_offers_no_TLS()
    {
        await using var office = await PostOffice.OpenAsync(options: Options);

        await SendAsync(office);

        await AssertNothingWasGivenAsync(office);
    }

    [Fact]
    public async Task Gives_nothing_to_a_server_whose_certificate_is_not_trusted()
    {
        using var certificate = NewCertificate();
        await using var office = await PostOffice.OpenAsync(options: Options, mail: new MailServer { Certificate = certificate });

        await SendAsync(office);

        await AssertNothingWasGivenAsync(office);
        Assert.Contains("certificate", (await office.ReadAsync()).LastFailure, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task SendAsync(PostOffice office)
    {
        await office.WriteAsync(MessageContent.SupervisorAppointed("Example Works", null));
        await office.SendAsync();
    }

    private static async Task AssertNothingWasGivenAsync(PostOffice office)
    {
        Assert.Empty(office.Mail.Mails);
        Assert.DoesNotContain(office.Mail.Commands, IsCredential);
        Assert.DoesNotContain(office.Mail.Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
        Assert.Equal(MessageState.Waiting, (await office.ReadAsync()).State);
        Assert.DoesNotContain(Password, office.Host.Logs.Text, StringComparison.Ordinal);
    }

    private static bool IsCredential(string command) =>
        command.StartsWith("AUTH", StringComparison.Ordinal)
        || command.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(Password)), StringComparison.Ordinal);

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mail.example.com", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }

    /// <summary>
    /// Has this process believe one certificate, as a machine does whose store has its root: the only way that the framework's mail
    /// client leaves to a test. Other certificates are judged as ever, so that tests beside this one notice nothing.
    /// </summary>
    private sealed class Trust : IDisposable
    {
#pragma warning disable SYSLIB0014, MA0039 // Meant for web requests, and the mail client still asks it; it trusts one certificate more.
        public Trust(X509Certificate2 certificate)
        {
            var thumbprint = certificate.Thumbprint;
            ServicePointManager.ServerCertificateValidationCallback = (_, shown, _, errors) =>
                errors == SslPolicyErrors.None || (shown as X509Certificate2)?.Thumbprint == thumbprint;
        }

        public void Dispose() => ServicePointManager.ServerCertificateValidationCallback = null;
#pragma warning restore SYSLIB0014, MA0039
    }
}
