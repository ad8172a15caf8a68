using System.Text;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using static Entitlement.Conformance.Tests.Portal;
using static Entitlement.V1.Permission;

namespace Entitlement.Conformance.Tests;

public sealed class PtmTests(Portal portal) : IClassFixture<Portal>
{
    private const string Administrators = "Administrators";

    private static readonly Permission[] OnProjects = [ProjectRead, ProjectCreate, ProjectPlan, ProjectMigrate];

    [Fact]
    [Trait("proof", "permission")]
    public async Task PTM_1_Access_to_projects_follows_from_the_role_alone()
    {
        var project = NewProject(await portal.NewAccountAsync("Example Works"));
        foreach (var (role, allowed) in new (string, Permission[])[]
        {
            ("system-administrator", OnProjects),
            ("project-manager", OnProjects),
            ("project-architect", [ProjectRead, ProjectPlan]),
            ("migration-specialist", [ProjectRead, ProjectMigrate]),
            ("dashboard-viewer", [ProjectRead]),
        })
        {
            var person = await portal.NewPersonAsync("", (role, ""));
            Assert.Equal(allowed, await person.WhichAsync(project, OnProjects));
        }

        Assert.Empty(await (await portal.NewPersonAsync("")).WhichAsync(project, OnProjects));
    }

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

    [Fact]
    [Trait("proof", "permission")]
    public async Task PTM_8_People_of_an_organisation_are_dashboard_viewers_of_its_own_projects_and_nothing_more()
    {
        var (account, other) = (await portal.NewAccountAsync("Example Works"), await portal.NewAccountAsync("Other Works"));
        var person = await portal.NewPersonAsync(account);
        foreach (var role in new[] { "project-manager", "project-architect", "migration-specialist" })
        {
            Assert.Equal("ROLE_NOT_ALLOWED", await TryAsync(portal.Administrator.GiveAsync(person.Name, account, role)));
        }

        await portal.Administrator.GiveAsync(person.Name, account, "dashboard-viewer");
        Assert.Equal("NOT_FOUND", await TryAsync(portal.Administrator.GiveAsync(person.Name, other, "dashboard-viewer")));
        Assert.Equal([ProjectRead], await person.WhichAsync(NewProject(account), OnProjects));
        Assert.Empty(await person.WhichAsync(NewProject(other), OnProjects));
    }

    [Fact]
    [Trait("proof", "permission")]
    public async Task PTM_9_Memberships_of_system_organisations_and_groups_are_set_and_seen_in_one_answer()
    {
        var administrator = portal.Administrator;
        var account = await portal.NewAccountAsync("Example Works");
        var person = await portal.NewPersonAsync("");
        var group = (await administrator.Groups.CreateGroupAsync(
            new CreateGroupRequest { Group = new Group { DisplayName = "Planners" } })).Group.Name;
        await administrator.GiveAsync(group, account, "project-architect");
        await administrator.Groups.AddGroupMemberAsync(new AddGroupMemberRequest { Name = group, Member = person.Name });
        await administrator.GiveAsync(person.Name, "", "dashboard-viewer");
        await administrator.GiveAsync(person.Name, account, "migration-specialist");

        var access = await person.Assignments.GetUserAccessAsync(new GetUserAccessRequest { Name = person.Name });
        Assert.Equal([group], access.Groups);
        Assert.Equal(
            [("roles/project-architect", account, group), ("roles/dashboard-viewer", "", ""), ("roles/migration-specialist", account, "")],
            access.Held.Select(one => (one.RoleAssignment.Role, one.RoleAssignment.Scope, one.Group)));
        Assert.Equal([ProjectRead, ProjectPlan, ProjectMigrate], await person.WhichAsync(NewProject(account), OnProjects));

        await administrator.SetAsync(person.Name, account);
        await administrator.Groups.RemoveGroupMemberAsync(new RemoveGroupMemberRequest { Name = group, Member = person.Name });
        Assert.Equal([ProjectRead], await person.WhichAsync(NewProject(account), OnProjects));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(person.GiveAsync(person.Name, account, "project-architect")));
    }

    [Fact]
    [Trait("proof", "permission")]
    public async Task PTM_10_A_membership_reaches_what_is_below_also_what_comes_later_and_no_sibling()
    {
        var upper = await portal.NewAccountAsync("Upper");
        var person = await portal.NewPersonAsync("", ("project-architect", upper));
        var later = await portal.NewAccountAsync("Made later", upper);
        var sibling = await portal.NewAccountAsync("Sibling");

        foreach (var account in new[] { upper, later })
        {
            var batch = $"{NewProject(account)}/waves/{Guid.NewGuid()}/batches/{Guid.NewGuid()}";
            Assert.Equal([ProjectRead, ProjectPlan], await person.WhichAsync(batch, OnProjects));
        }

        Assert.Empty(await person.WhichAsync(NewProject(sibling), OnProjects));
        Assert.Empty(await person.WhichAsync("", OnProjects));
    }

    /// <summary>Permissions are decided on names; projects themselves come later.</summary>
    private static string NewProject(string account) => $"{account}/projects/{Guid.NewGuid()}";

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
