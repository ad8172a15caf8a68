using System.Net.Mail;
using Entitlement.Server.Notifications;
using Entitlement.Server.Tests.SignIn;
using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Entitlement.Server.Tests.Notifications;

/// <summary>Who gets a license file sent.</summary>
public class LicenseFileMessageTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_person_who_activates_a_machine_also_gets_its_license_file_by_mail(DatabaseKind database)
    {
        await using var portal = await Portal.OpenAsync(database);
        var license = await portal.Host.CreateLicenseAsync(wanted => wanted.MachineLimit = 2);
        var person = await portal.AddWithPasswordAsync("ann@example.com");
        await portal.AssignAsync(Domain.Access.PrincipalKind.User, person, "system-administrator", "");
        var activations = new ActivationService.ActivationServiceClient(
            portal.Host.Connect((await portal.SignInAsync()).Token));
        using var machine = new InstalledProduct();
        var request = new ActivateRequest { LicenseRequest = machine.Sign(machine.Ask(license.Slc)) };

        var answer = await activations.ActivateAsync(request);
        await activations.ActivateAsync(request);
        var mail = Assert.Single(await MailsAsync(portal));

        Assert.Equal("ann@example.com", new MailAddress(mail.Header("To")).Address);
        Assert.Equal("License file of Acme CAD for press-7", mail.Subject);
        Assert.Equal(answer.LicenseFile.ToByteArray(), mail.Part("application/jose").Content);
        Assert.DoesNotContain(license.Slc, mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_product_and_a_program_get_it_by_their_answers_alone()
    {
        await using var portal = await Portal.OpenAsync();
        var license = await portal.Host.CreateLicenseAsync(wanted => wanted.MachineLimit = 2);
        foreach (var channel in new[] { portal.Host.Anonymous, portal.Host.Administrator })
        {
            using var machine = new InstalledProduct();
            await new ActivationService.ActivationServiceClient(channel).ActivateAsync(
                new ActivateRequest { LicenseRequest = machine.Sign(machine.Ask(license.Slc)) });
        }

        Assert.Empty(await MailsAsync(portal));
    }

    private static async Task<IReadOnlyList<ReceivedMail>> MailsAsync(Portal portal)
    {
        await portal.Host.Services.GetServices<IHostedService>().OfType<MessageDispatcher>().Single()
            .TrySendAsync(CancellationToken.None);
        var folder = Path.Combine(portal.Host.DataDirectory, "mail");
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.eml").Select(file => ReceivedMail.Parse(File.ReadAllText(file), []))]
            : [];
    }
}
