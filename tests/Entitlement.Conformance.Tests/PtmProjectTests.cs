using Entitlement.V1;
using static Entitlement.Conformance.Tests.Portal;
using static Entitlement.V1.Permission;

namespace Entitlement.Conformance.Tests;

/// <summary>What is given on projects, their waves and batches.</summary>
public sealed class PtmProjectTests(Portal portal) : IClassFixture<Portal>
{
    private static readonly Permission[] OnProjects = [ProjectRead, ProjectCreate, ProjectPlan, ProjectMigrate, ProjectDelete];

    [Fact]
    [Trait("proof", "permission")]
    public async Task PTM_1_Access_to_projects_follows_from_the_role_alone()
    {
        var account = await portal.NewAccountAsync("Example Works");
        var project = await portal.Administrator.PlanProjectAsync(account);
        foreach (var (role, allowed, tools) in new (string, Permission[], string[])[]
        {
            ("system-administrator", OnProjects, ["OK", "OK", "OK", "OK"]),
            ("project-manager", OnProjects, ["OK", "OK", "OK", "OK"]),
            ("project-architect", [ProjectRead, ProjectPlan], ["OK", "PERMISSION_DENIED", "OK", "PERMISSION_DENIED"]),
            ("migration-specialist", [ProjectRead, ProjectMigrate], ["OK", "PERMISSION_DENIED", "PERMISSION_DENIED", "PERMISSION_DENIED"]),
            ("dashboard-viewer", [ProjectRead], ["OK", "PERMISSION_DENIED", "PERMISSION_DENIED", "PERMISSION_DENIED"]),
        })
        {
            var person = await portal.NewPersonAsync("", (role, ""));
            Assert.Equal(allowed, await person.WhichAsync(project, OnProjects));
            var own = await portal.Administrator.PlanProjectAsync(account);
            Assert.Equal(tools, new[]
            {
                await TryAsync(person.ReadScopeAsync(own)), await TryAsync(person.PlanProjectAsync(account)),
                await TryAsync(person.PlanWaveAsync(own)), await TryAsync(DeleteAsync(person, own)),
            });
        }

        var nobody = await portal.NewPersonAsync("");
        Assert.Empty(await nobody.WhichAsync(project, OnProjects));
        Assert.Equal("NOT_FOUND", await TryAsync(nobody.ReadScopeAsync(project)));
    }

    [Fact]
    [Trait("proof", "permission")]
    public async Task PTM_8_People_of_an_organisation_are_dashboard_viewers_of_its_own_projects_and_nothing_more()
    {
        var (account, other) = (await portal.NewAccountAsync("Example Works"), await portal.NewAccountAsync("Other Works"));
        var (own, foreign) = (
            await portal.Administrator.PlanProjectAsync(account), await portal.Administrator.PlanProjectAsync(other));
        var wave = await portal.Administrator.PlanWaveAsync(own);
        var person = await portal.NewPersonAsync(account);
        foreach (var role in new[] { "project-manager", "project-architect", "migration-specialist" })
        {
            foreach (var scope in new[] { account, own, wave }.Where(scope => scope != wave || role != "project-manager"))
            {
                Assert.Equal("ROLE_NOT_ALLOWED", await TryAsync(portal.Administrator.GiveAsync(person.Name, scope, role)));
            }
        }

        foreach (var scope in new[] { other, foreign })
        {
            Assert.Equal("NOT_FOUND", await TryAsync(portal.Administrator.GiveAsync(person.Name, scope, "dashboard-viewer")));
        }

        await portal.Administrator.GiveAsync(person.Name, own, "dashboard-viewer");
        var later = await portal.Administrator.PlanProjectAsync(account);
        Assert.Equal([ProjectRead], await person.WhichAsync(wave, OnProjects));
        Assert.Equal([own], await SeenProjectsAsync(person));
        await portal.Administrator.GiveAsync(person.Name, account, "dashboard-viewer");
        Assert.Equal(new[] { own, later }.Order(StringComparer.Ordinal), await SeenProjectsAsync(person));
        Assert.Empty(await person.WhichAsync(foreign, OnProjects));
        Assert.Equal("NOT_FOUND", await TryAsync(person.ReadScopeAsync(foreign)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(person.PlanWaveAsync(own)));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTM_9_Memberships_are_set_at_every_level_and_in_groups_by_role_and_scope_and_seen_in_one_answer()
    {
        var administrator = portal.Administrator;
        var account = await portal.NewAccountAsync("Example Works");
        var (project, elsewhere) = (await administrator.PlanProjectAsync(account), await administrator.PlanProjectAsync(account));
        var wave = await administrator.PlanWaveAsync(project);
        var batch = await administrator.PlanBatchAsync(wave);
        var person = await portal.NewPersonAsync("");
        foreach (var (scope, role) in new[]
        {
            ("", "dashboard-viewer"), (account, "migration-specialist"), (project, "project-architect"),
            (wave, "migration-specialist"), (batch, "project-architect"),
        })
        {
            await administrator.GiveAsync(person.Name, scope, role);
            Assert.Equal([$"roles/{role}"], await HeldOnAsync(person, scope));
            await administrator.SetAsync(person.Name, scope);
            Assert.Empty(await HeldOnAsync(person, scope));
        }

        Assert.Empty(await person.WhichAsync(batch, OnProjects));
        var group = (await administrator.Groups.CreateGroupAsync(
            new CreateGroupRequest { Group = new Group { DisplayName = "Planners" } })).Group.Name;
        await administrator.GiveAsync(group, wave, "project-architect");
        await administrator.Groups.AddGroupMemberAsync(new AddGroupMemberRequest { Name = group, Member = person.Name });
        await administrator.GiveAsync(person.Name, project, "project-manager");
        await administrator.GiveAsync(person.Name, batch, "migration-specialist");

        var access = await person.Assignments.GetUserAccessAsync(new GetUserAccessRequest { Name = person.Name });
        Assert.Equal([group], access.Groups);
        Assert.Equal(
            new[]
            {
                ("roles/project-architect", wave, group), ("roles/project-manager", project, ""),
                ("roles/migration-specialist", batch, ""),
            },
            access.Held.Select(one => (one.RoleAssignment.Role, one.RoleAssignment.Scope, one.Group)));

        var other = await portal.NewPersonAsync("");
        foreach (var (scope, role, outcome) in new[]
        {
            (batch, "migration-specialist", "OK"), (project, "project-architect", "OK"),
            (project, "project-manager", "ROLE_NOT_ASSIGNABLE"), (project, "license-admin", "ROLE_NOT_ASSIGNABLE"),
            (elsewhere, "project-architect", "NOT_FOUND"), (account, "dashboard-viewer", "NOT_FOUND"),
            ("", "dashboard-viewer", "PERMISSION_DENIED"),
        })
        {
            Assert.Equal((scope, role, outcome), (scope, role, await TryAsync(person.GiveAsync(other.Name, scope, role))));
        }

        await administrator.GiveAsync(other.Name, account, "project-architect");
        Assert.Equal("PERMISSION_DENIED", await TryAsync(other.GiveAsync(person.Name, account, "dashboard-viewer")));
        await administrator.SetAsync(person.Name, project);
        await administrator.SetAsync(person.Name, batch);
        Assert.Equal([ProjectRead, ProjectPlan], await person.WhichAsync(batch, OnProjects));
        await administrator.Groups.RemoveGroupMemberAsync(new RemoveGroupMemberRequest { Name = group, Member = person.Name });
        Assert.Empty(await person.WhichAsync(batch, OnProjects));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTM_10_A_membership_reaches_what_is_below_also_what_comes_later_and_no_sibling()
    {
        var administrator = portal.Administrator;
        var account = await portal.NewAccountAsync("Upper");
        var project = await administrator.PlanProjectAsync(account);
        var wave = await administrator.PlanWaveAsync(project);
        var batch = await administrator.PlanBatchAsync(wave);
        var (onAccount, onProject, onWave, onBatch) = (
            await portal.NewPersonAsync("", ("project-architect", account)), await portal.NewPersonAsync("", ("project-architect", project)),
            await portal.NewPersonAsync("", ("project-architect", wave)), await portal.NewPersonAsync("", ("project-architect", batch)));

        var below = await portal.NewAccountAsync("Made later", account);
        var ofChild = await administrator.PlanBatchAsync(
            await administrator.PlanWaveAsync(await administrator.PlanProjectAsync(below)));
        var laterProject = await administrator.PlanProjectAsync(account);
        var (siblingWave, laterBatch) = (await administrator.PlanWaveAsync(project), await administrator.PlanBatchAsync(wave));
        var siblingBatch = await administrator.PlanBatchAsync(siblingWave);
        var foreign = await administrator.PlanProjectAsync(await portal.NewAccountAsync("Sibling"));

        string[] all = [project, wave, batch, laterProject, siblingWave, siblingBatch, laterBatch, ofChild, foreign];
        Assert.Equal([project, wave, batch, laterProject, siblingWave, siblingBatch, laterBatch, ofChild], await ReadableAsync(onAccount, all));
        Assert.Equal([project, wave, batch, siblingWave, siblingBatch, laterBatch], await ReadableAsync(onProject, all));
        Assert.Equal([wave, batch, laterBatch], await ReadableAsync(onWave, all));
        Assert.Equal([batch], await ReadableAsync(onBatch, all));
        Assert.Empty(await onAccount.WhichAsync("", OnProjects));
    }

    /// <summary>Those that the tool shows and that a check says may be planned: both in the same way.</summary>
    private static async Task<IEnumerable<string>> ReadableAsync(Person person, IEnumerable<string> names)
    {
        var readable = new List<string>();
        foreach (var name in names)
        {
            var shown = await TryAsync(person.ReadScopeAsync(name)) == "OK";
            Assert.Equal(shown ? [ProjectRead, ProjectPlan] : [], await person.WhichAsync(name, OnProjects));
            if (shown)
            {
                readable.Add(name);
            }
        }

        return readable;
    }

    private static async Task<IEnumerable<string>> SeenProjectsAsync(Person person) =>
        (await person.Projects.ListProjectsAsync(new ListProjectsRequest { Parent = "accounts/-" }))
        .Projects
        .Select(one => one.Name)
        .Order(StringComparer.Ordinal);

    private static async Task<IEnumerable<string>> HeldOnAsync(Person person, string scope) =>
        (await person.Assignments.GetUserAccessAsync(new GetUserAccessRequest { Name = person.Name }))
        .Held
        .Where(one => one.RoleAssignment.Scope == scope)
        .Select(one => one.RoleAssignment.Role);

    private static Grpc.Core.AsyncUnaryCall<DeleteProjectResponse> DeleteAsync(Person by, string project) =>
        by.Projects.DeleteProjectAsync(new DeleteProjectRequest { Name = project });
}
