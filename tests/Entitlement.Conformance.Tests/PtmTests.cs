using System.Text;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using static Entitlement.Conformance.Tests.Portal;

namespace Entitlement.Conformance.Tests;

/// <summary>People, groups and their scopes; what is given on projects is in <see cref="PtmProjectTests"/>.</summary>
public sealed class PtmTests(Portal portal) : IClassFixture<Portal>
{
    private const string Administrators = "Administrators";

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTM_2_The_default_system_administrator_makes_the_others_and_stays()
    {
        var first = portal.Administrator;
        var account = await portal.NewAccountAsync("Example Works");
        Assert.Equal("OK", await TryAsync(first.AddAsync(account, new User { DisplayName = "Ann Lee", Email = portal.NewEmail() })));
        Assert.Equal("OK", await TryAsync(first.Groups.CreateGroupAsync(
            new CreateGroupRequest { Parent = account, Group = new Group { DisplayName = "Desk" } })));

        Assert.Equal("DEFAULT_ADMINISTRATOR", await TryAsync(EraseAsync(first, first.Name)));
        Assert.Equal("DEFAULT_ADMINISTRATOR", await TryAsync(first.Users.UpdateUserAsync(new UpdateUserRequest
        {
            Name = first.Name,
            User = new User { IsEnabled = false },
            UpdateMask = new FieldMask { Paths = { "is_enabled" } },
        })));

        var second = await portal.MakeAdministratorAsync();
        Assert.NotEqual(first.Name, second.Name);
        Assert.True((await second.Users.GetUserAsync(new GetUserRequest { Name = second.Name })).User.IsDefaultAdministrator);
        Assert.Equal("OK", await TryAsync(second.Accounts.CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = "Another" } })));
        Assert.Equal("DEFAULT_ADMINISTRATOR", await TryAsync(EraseAsync(second, first.Name)));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTM_3_Members_of_the_group_administrators_are_system_administrators_as_long_as_they_are_in_it()
    {
        var groups = (await portal.Administrator.Groups.ListGroupsAsync(new ListGroupsRequest())).Groups;
        var group = groups.Single(one => one.DisplayName == Administrators && one.IsBuiltIn).Name;
        var person = await portal.NewPersonAsync("");
        var another = new CreateAccountRequest { Account = new Account { DisplayName = "Another" } };
        Assert.Equal("PERMISSION_DENIED", await TryAsync(person.Accounts.CreateAccountAsync(another)));

        await portal.Administrator.Groups.AddGroupMemberAsync(new AddGroupMemberRequest { Name = group, Member = person.Name });
        Assert.Equal("OK", await TryAsync(person.Accounts.CreateAccountAsync(another)));

        await portal.Administrator.Groups.RemoveGroupMemberAsync(new RemoveGroupMemberRequest { Name = group, Member = person.Name });
        Assert.Equal("PERMISSION_DENIED", await TryAsync(person.Accounts.CreateAccountAsync(another)));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTM_4_A_full_name_holds_letters_of_any_language_digits_and_a_few_signs()
    {
        string[] good = ["Ann Lee", "Zoë Müller-Öz 3rd", "O'Neill_100%, R&D.", "Мария Ивановна", "山田 太郎"];
        string[] wrong = ["Ann; Lee", "Ann\tLee", "<b>Ann</b>", "Ann@Lee", "Ann\u202eLee", "Ann (Lee)", ""];
        var account = await portal.NewAccountAsync("Example Works");
        var results = (await portal.Administrator.AddAsync(
            account, [.. good.Concat(wrong).Select(name => new User { DisplayName = name, Email = portal.NewEmail() })])).Results;

        Assert.Equal(good, results.Take(good.Length).Select(one => one.User?.DisplayName));
        Assert.Equal(
            wrong.Select((_, place) => $"users[{good.Length + place}].display_name"),
            results.Skip(good.Length).Select(FieldOf));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTM_5_A_mail_address_is_one_persons_in_upper_and_lower_case_and_a_phone_number_nobody_needs()
    {
        var account = await portal.NewAccountAsync("Example Works");
        var email = portal.NewEmail();
        var first = (await portal.Administrator.AddAsync(account, new User { DisplayName = "Ann Lee", Email = email })).Results.Single();
        var again = (await portal.Administrator.AddAsync(
            account, new User { DisplayName = "Bob Ray", Email = email.ToUpperInvariant() })).Results.Single();
        var ofSystem = (await portal.Administrator.AddAsync(
            "", new User { DisplayName = "Bob Ray", Email = email.ToUpperInvariant() })).Results.Single();
        var other = await portal.NewPersonAsync(account);
        var taken = await RefusedAsync(portal.Administrator.Users.UpdateUserAsync(new UpdateUserRequest
        {
            Name = other.Name,
            User = new User { Email = email.ToUpperInvariant() },
            UpdateMask = new FieldMask { Paths = { "email" } },
        }));

        Assert.Equal(("", email), (first.User.PhoneNumber, first.User.Email));
        Assert.Equal((true, first.User.Name, "Ann Lee"), (again.Existed, again.User.Name, again.User.DisplayName));
        Assert.Equal("EMAIL_TAKEN", ReasonOf(ofSystem));
        Assert.Equal("EMAIL_TAKEN", taken.Reason());
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTM_6_An_initial_password_is_changed_at_first_sign_in_a_link_sets_one_and_none_is_kept_in_clear()
    {
        const string Chosen = "quite another passphrase";
        var account = await portal.NewAccountAsync("Example Works");
        var email = portal.NewEmail();
        var name = await portal.Administrator.AddOneAsync(account, "Ann Lee", email);
        var sessions = new SessionService.SessionServiceClient(portal.Host.Anonymous);

        Assert.Equal("INVALID_ARGUMENT", await TryAsync(portal.Administrator.Sessions.IssueInitialPasswordAsync(
            new IssueInitialPasswordRequest { Name = name, InitialPassword = "4 zu1" })));
        await portal.Administrator.Sessions.IssueInitialPasswordAsync(
            new IssueInitialPasswordRequest { Name = name, InitialPassword = Password });
        var signIn = new SignInRequest { Email = email, Password = Password };
        Assert.Equal("PASSWORD_CHANGE_REQUIRED", await TryAsync(sessions.SignInAsync(signIn)));
        Assert.Equal(name, (await portal.SignInAsync(email, Password, Chosen)).Name);
        Assert.Equal("SIGN_IN_FAILED", await TryAsync(sessions.SignInAsync(signIn)));

        var linked = portal.NewEmail();
        await portal.Administrator.AddOneAsync(account, "Bob Ray", linked);
        var set = new SetPasswordRequest { Token = LinkIn((await portal.MailsToAsync(linked)).Single()), Password = Chosen };
        await sessions.SetPasswordAsync(set);
        Assert.Equal("PASSWORD_LINK_INVALID", await TryAsync(sessions.SetPasswordAsync(set)));
        Assert.Equal("OK", await TryAsync(portal.SignInAsync(linked, Chosen)));
        foreach (var file in Directory.GetFiles(portal.Host.DataDirectory, "entitlement.db*"))
        {
            Assert.Equal(-1, (await ReadSharedAsync(file)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Chosen)));
        }
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTM_7_A_scope_is_set_once()
    {
        var account = await portal.NewAccountAsync("Example Works");
        foreach (var (person, other) in new[]
        {
            (await portal.NewPersonAsync(account), UserScope.System), (await portal.NewPersonAsync(""), UserScope.Account),
        })
        {
            var before = (await person.Users.GetUserAsync(new GetUserRequest { Name = person.Name })).User.Scope;
            Assert.NotEqual(other, before);

            Assert.Equal("INVALID_ARGUMENT", await TryAsync(portal.Administrator.Users.UpdateUserAsync(new UpdateUserRequest
            {
                Name = person.Name,
                User = new User { Scope = other },
                UpdateMask = new FieldMask { Paths = { "scope" } },
            })));
            Assert.Equal(before, (await person.Users.GetUserAsync(new GetUserRequest { Name = person.Name })).User.Scope);
        }
    }

    private static Grpc.Core.AsyncUnaryCall<EraseUserResponse> EraseAsync(Person by, string user) =>
        by.Users.EraseUserAsync(new EraseUserRequest { Name = user, Reason = "Asked for it." });

    private static string FieldOf(CreateUserResult result) => InfoOf(result).Metadata["field"];

    private static string ReasonOf(CreateUserResult result) => InfoOf(result).Reason;

    private static ErrorInfo InfoOf(CreateUserResult result) =>
        result.Refusal.Details.Single(one => one.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>();

    /// <summary>A file that the server holds open.</summary>
    private static async Task<byte[]> ReadSharedAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
