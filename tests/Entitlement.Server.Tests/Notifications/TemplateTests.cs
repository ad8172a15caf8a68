using Entitlement.Domain.Notifications;
using Entitlement.Domain.People;
using Entitlement.Server.Hosting;
using Entitlement.Server.Notifications;
using Entitlement.Testing;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Tests.Notifications;

/// <summary>Our own templates, and those that an operator puts in their place.</summary>
public sealed class TemplateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("entitlement-templates-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Each_kind_has_a_template_that_uses_all_that_it_may()
    {
        var templates = Load(folder: null);

        Assert.All(Enum.GetValues<TemplateKind>(), kind => Assert.All(
            MessageTemplate.Placeholders(kind).Except(["service", "address", "login_address"], StringComparer.Ordinal),
            placeholder => Assert.True(templates[kind].Text.Uses(placeholder), $"{kind} {placeholder}")));
    }

    [Fact]
    public void The_placeholders_of_a_kind_are_those_that_its_content_fills()
    {
        string[] common = ["name", "address", "login_address", "service", "link", "link_end"];
        var asked = Invitation.Send(Guid.Empty, Guid.Empty, "a@b.c", DateTimeOffset.UnixEpoch);
        MessageContent[] contents =
        [
            MessageContent.Welcome("a", "b", "c"), MessageContent.SupervisorAppointed("a", "b"), MessageContent.PasswordReset(),
            MessageContent.Invitation("a", "b", asked), MessageContent.ProductInvitation("a", asked), MessageContent.SupervisorGone("a", "b", "c"),
        ];

        Assert.All(contents, content => Assert.Equal(
            MessageTemplate.Placeholders(MessageTemplate.KindOf(content.Kind, byIssuer: false)).Except(common, StringComparer.Ordinal).Order(StringComparer.Ordinal),
            content.Values.Keys.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task An_operators_template_serves_what_waits_already()
    {
        await using var office = await PostOffice.OpenAsync(options: new() { ["Messages:TemplateDirectory"] = _folder });
        await office.WriteAsync(MessageContent.SupervisorAppointed("Example Works", null));
        Write("supervisor_appointed.txt", "Subject: Grüße an {{name}}\r\n\r\nKonto: {{account}}, Nummer: {{customer_number}}\r\n");
        Write("supervisor_appointed.html", "<p>Konto: {{account}}</p>");
        await office.RestartAsync();

        await office.SendAsync();

        var mail = Assert.Single(office.Mail.Mails);
        Assert.Equal("Grüße an Ada Lovelace", mail.Subject);
        Assert.Equal("Konto: Example Works, Nummer: –", mail.Text.TrimEnd());
        Assert.Equal("<p>Konto: Example Works</p>", mail.Html.TrimEnd());
    }

    [Theory]
    [InlineData("welcome.txt", "Subject: Hi\n\n{{link}} {{pasword}}", "welcome.txt has the unknown placeholder {{pasword}}")]
    [InlineData("welcome.txt", "Subject: Hi {{name}\n\n{{link}}", "welcome.txt has the unknown placeholder {{name}")]
    [InlineData("welcome.txt", "Subject: Hi\n\n{{link}} {{Name}}", "unknown placeholder {{Name}}")]
    [InlineData("welcome.txt", "Subject: Hi\n\n{{link}} {{slc_ending}}", "unknown placeholder {{slc_ending}}")]
    [InlineData("welcome.txt", "Hello\n{{link}}", "welcome.txt must begin with a line 'Subject: …'")]
    [InlineData("welcome.txt", "Subject: Hi\n\nno link", "must each show {{link}}")]
    [InlineData("welcome.html", "<p>no link</p>", "must each show {{link}}")]
    [InlineData("welcome.txt", "Subject: {{link}}\n\n{{link}}", "must not show {{link}} in its subject")]
    [InlineData("welcome.html", null, "welcome.txt and welcome.html belong together, and one of them is missing")]
    [InlineData("welcome.txt", null, "welcome.txt and welcome.html belong together, and one of them is missing")]
    [InlineData("wellcome.txt", "x", "wellcome.txt is no template; there are welcome.txt")]
    public void Refuses_to_start_with_a_template_that_breaks_a_rule(string file, string? content, string complaint)
    {
        Write("welcome.txt", "Subject: Hi\n\n{{link}}");
        Write("welcome.html", "<a href=\"{{link}}\">x</a>");
        Load(_folder);
        Write(file, content);

        var refusal = Assert.Throws<StartRefusedException>(() => Load(_folder));

        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Configuration, refusal.ExitCode);
    }

    [Fact]
    public async Task Refuses_to_start_without_the_folder_that_it_was_given()
    {
        var settings = new HostSettings { Options = new() { ["Messages:TemplateDirectory"] = Path.Combine(_folder, "missing") } };

        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => EntitlementHost.StartAsync(settings));

        Assert.Contains("Messages:TemplateDirectory", refusal.Message, StringComparison.Ordinal);
    }

    private static MessageTemplates Load(string? folder)
    {
        var templates = new MessageTemplates(Options.Create(new MessageOptions { TemplateDirectory = folder }));
        templates.Load();
        return templates;
    }

    private void Write(string file, string? content)
    {
        if (content is null)
        {
            File.Delete(Path.Combine(_folder, file));
        }
        else
        {
            File.WriteAllText(Path.Combine(_folder, file), content);
        }
    }
}
