using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Projects;

public class ProjectTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Deleting_a_project_takes_along_what_is_in_it_and_every_role_there_and_nothing_beside_it(DatabaseKind database)
    {
        await using var plan = await Plan.OpenAsync(database);
        var holder = await plan.NewHolderAsync();
        string[] going = [plan.Project, plan.Wave, plan.Batch];
        string[] staying = [plan.Account, plan.OtherProject];
        foreach (var scope in going.Concat(staying))
        {
            await plan.GiveAsync(holder, "project-architect", scope);
        }

        Assert.Equal(going.Order(StringComparer.Ordinal), await HeldOnAsync(plan, plan.Project));
        Assert.Equal([plan.Wave, plan.Batch], await HeldOnAsync(plan, plan.Wave));
        var request = new DeleteProjectRequest { Name = plan.Project, RequestId = $"{Guid.NewGuid()}" };
        var deleted = await plan.Projects.DeleteProjectAsync(request);

        Assert.NotEqual("0", deleted.ConsistencyToken);
        Assert.Equal(deleted, await plan.Projects.DeleteProjectAsync(request));
        Assert.Equal(staying.Order(StringComparer.Ordinal), await HeldOnAsync(plan, plan.Account));
        Assert.Equal([plan.OtherProject], (await plan.Projects.ListProjectsAsync(
            new ListProjectsRequest { Parent = plan.Account })).Projects.Select(one => one.Name));
        Assert.Equal((0, 0), await plan.Shop.ReadAsync(
            async db => (await db.Waves.CountAsync(), await db.Batches.CountAsync())));
        var record = (await plan.Shop.AuditAsync()).Single(one => one.Action == "project.delete");
        Assert.Equal((plan.Project, """{"roles":3}"""), (record.Resource, record.Details));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Deleting_a_wave_or_batch_leaves_its_siblings_and_their_roles(DatabaseKind database)
    {
        await using var plan = await Plan.OpenAsync(database);
        var holder = await plan.NewHolderAsync();
        foreach (var scope in new[] { plan.Project, plan.Wave, plan.OtherWave, plan.Batch, plan.OtherBatch })
        {
            await plan.GiveAsync(holder, "migration-specialist", scope);
        }

        await plan.Projects.DeleteBatchAsync(new DeleteBatchRequest { Name = plan.Batch });
        Assert.Equal([plan.Wave, plan.OtherBatch], await HeldOnAsync(plan, plan.Wave));
        await plan.Projects.DeleteWaveAsync(new DeleteWaveRequest { Name = plan.Wave });

        Assert.Equal(
            new[] { plan.Project, plan.OtherWave }.Order(StringComparer.Ordinal), await HeldOnAsync(plan, plan.Project));
        Assert.Equal([plan.OtherWave], (await plan.Projects.ListWavesAsync(
            new ListWavesRequest { Parent = plan.Project })).Waves.Select(one => one.Name));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_role_on_a_wave_opens_its_batches_and_neither_the_project_nor_another_wave(DatabaseKind database)
    {
        await using var plan = await Plan.OpenAsync(database);
        var architect = await plan.AsAsync("project-architect", plan.Wave);

        var made = (await architect.CreateBatchAsync(
            new CreateBatchRequest { Parent = plan.Wave, Batch = new Batch { DisplayName = "Room 102" } })).Batch;

        Assert.Equal(made, (await architect.GetBatchAsync(new GetBatchRequest { Name = made.Name })).Batch);
        Assert.Equal(plan.Wave, (await architect.GetWaveAsync(new GetWaveRequest { Name = plan.Wave })).Wave.Name);
        Assert.Equal(
            ["NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"],
            new[]
            {
                await Shop.RefusedAsync(architect.GetProjectAsync(new GetProjectRequest { Name = plan.Project })),
                await Shop.RefusedAsync(architect.CreateWaveAsync(new CreateWaveRequest { Parent = plan.Project, Wave = new Wave() })),
                await Shop.RefusedAsync(architect.GetWaveAsync(new GetWaveRequest { Name = plan.OtherWave })),
                await Shop.RefusedAsync(architect.DeleteWaveAsync(new DeleteWaveRequest { Name = plan.OtherWave })),
            }.Select(refusal => refusal.Reason()));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_show_page_by_page_what_the_caller_may_read(DatabaseKind database)
    {
        await using var plan = await Plan.OpenAsync(database);
        var later = await plan.NewBatchAsync(plan.OtherWave);
        var elsewhere = await plan.NewProjectAsync(await plan.Shop.NewAccountAsync("Other Works"));
        var viewer = await plan.AsAsync("dashboard-viewer", plan.Account);
        var planner = await plan.AsAsync("project-architect", plan.Project);
        var specialist = await plan.AsAsync("migration-specialist", plan.OtherWave);

        Assert.Equal([plan.Project, plan.OtherProject], await ProjectsAsync(viewer, plan.Account));
        Assert.Equal([plan.Project, plan.OtherProject], await ProjectsAsync(viewer, "accounts/-"));
        Assert.Equal([plan.Project, plan.OtherProject, elsewhere], await ProjectsAsync(plan.Projects, "accounts/-"));
        Assert.Equal([plan.Project], await ProjectsAsync(planner, "accounts/-"));
        Assert.Empty(await ProjectsAsync(specialist, "accounts/-"));
        Assert.Equal([plan.Wave, plan.OtherWave], await WavesAsync(planner, "accounts/-/projects/-"));
        Assert.Equal([plan.OtherWave], await WavesAsync(specialist, plan.Project));
        Assert.Equal([plan.Batch, plan.OtherBatch, later], await BatchesAsync(planner, "accounts/-/projects/-/waves/-"));
        Assert.Equal([later], await BatchesAsync(specialist, "accounts/-/projects/-/waves/-"));
        Assert.Equal([plan.Batch, plan.OtherBatch], await BatchesAsync(viewer, plan.Wave));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_list_tells_an_empty_one_from_one_that_is_not_for_the_caller(DatabaseKind database)
    {
        await using var plan = await Plan.OpenAsync(database);
        var viewer = await plan.AsAsync("dashboard-viewer", plan.Account);
        var stranger = await plan.AsAsync("dashboard-viewer", await plan.Shop.NewAccountAsync("Other Works"));
        var none = $"{plan.Account}/projects/{Guid.NewGuid()}";

        Assert.Empty((await viewer.ListWavesAsync(new ListWavesRequest { Parent = plan.OtherProject })).Waves);
        foreach (var (title, refusal) in new[]
        {
            ("a project that is none", await Shop.RefusedAsync(viewer.ListWavesAsync(new ListWavesRequest { Parent = none }))),
            ("a wave that is none", await Shop.RefusedAsync(
                viewer.ListBatchesAsync(new ListBatchesRequest { Parent = $"{plan.Project}/waves/{Guid.NewGuid()}" }))),
            ("of a stranger", await Shop.RefusedAsync(stranger.ListWavesAsync(new ListWavesRequest { Parent = plan.Project }))),
            ("an account that is none", await Shop.RefusedAsync(
                plan.Projects.ListProjectsAsync(new ListProjectsRequest { Parent = $"accounts/{Guid.NewGuid()}" }))),
        })
        {
            Assert.Equal((title, "NOT_FOUND"), (title, refusal.Reason()));
        }
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Sent_again_makes_one_and_beneath_what_is_gone_or_another_accounts_makes_none(DatabaseKind database)
    {
        await using var plan = await Plan.OpenAsync(database);
        var request = new CreateBatchRequest
        {
            Parent = plan.OtherWave,
            Batch = new Batch { DisplayName = "Room 201" },
            RequestId = $"{Guid.NewGuid()}",
        };
        var foreign = $"{await plan.Shop.NewAccountAsync("Other Works")}{plan.Project[plan.Account.Length..]}";

        var (first, again) = (await plan.Projects.CreateBatchAsync(request), await plan.Projects.CreateBatchAsync(request));
        Assert.Equal((first.Batch, false, true), (again.Batch, first.Existed, again.Existed));
        await plan.Projects.DeleteWaveAsync(new DeleteWaveRequest { Name = plan.Wave });
        foreach (var call in new[]
        {
            plan.NewBatchAsync(plan.Wave), plan.NewWaveAsync(foreign), plan.NewProjectAsync($"accounts/{Guid.NewGuid()}"),
            plan.GiveAsync(await plan.NewHolderAsync(), "project-architect", plan.Wave),
            plan.GiveAsync(await plan.NewHolderAsync(), "project-architect", foreign),
        })
        {
            Assert.Equal("NOT_FOUND", (await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => call)).Reason());
        }

        await Shop.AllNameTheirFieldAsync<CreateProjectResponse>(
            ("project.display_name", "empty", () => plan.Projects.CreateProjectAsync(
                new CreateProjectRequest { Parent = plan.Account, Project = new Project() })),
            ("project", "none", () => plan.Projects.CreateProjectAsync(new CreateProjectRequest { Parent = plan.Account })));
    }

    /// <summary>On what somebody holds a role, on a scope and in it.</summary>
    private static async Task<IEnumerable<string>> HeldOnAsync(Plan plan, string scope) =>
        (await plan.Assignments.ListRoleAssignmentsAsync(new ListRoleAssignmentsRequest { Scope = scope }))
        .RoleAssignments
        .Select(one => one.Scope)
        .Order(StringComparer.Ordinal);

    private static async Task<List<string>> ProjectsAsync(ProjectService.ProjectServiceClient projects, string parent) =>
        await AllAsync(async token =>
        {
            var page = await projects.ListProjectsAsync(new ListProjectsRequest { Parent = parent, PageSize = 1, PageToken = token });
            return (page.Projects.Select(one => one.Name), page.NextPageToken);
        });

    private static async Task<List<string>> WavesAsync(ProjectService.ProjectServiceClient projects, string parent) =>
        await AllAsync(async token =>
        {
            var page = await projects.ListWavesAsync(new ListWavesRequest { Parent = parent, PageSize = 1, PageToken = token });
            return (page.Waves.Select(one => one.Name), page.NextPageToken);
        });

    private static async Task<List<string>> BatchesAsync(ProjectService.ProjectServiceClient projects, string parent) =>
        await AllAsync(async token =>
        {
            var page = await projects.ListBatchesAsync(new ListBatchesRequest { Parent = parent, PageSize = 1, PageToken = token });
            return (page.Batches.Select(one => one.Name), page.NextPageToken);
        });

    private static async Task<List<string>> AllAsync(Func<string, Task<(IEnumerable<string> Names, string Next)>> read)
    {
        var (all, next) = (new List<string>(), "");
        do
        {
            (var names, next) = await read(next);
            all.AddRange(names);
        }
        while (next.Length > 0);

        return all;
    }
}
