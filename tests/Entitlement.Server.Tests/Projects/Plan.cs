using Entitlement.Testing;
using Entitlement.V1;

namespace Entitlement.Server.Tests.Projects;

/// <summary>A running server, and two projects of one account: the first with two waves, and two batches in the first of these.</summary>
internal sealed class Plan : IAsyncDisposable
{
    private Plan(Shop shop)
    {
        Shop = shop;
        Projects = new(shop.Host.Administrator);
        Assignments = new(shop.Host.Administrator);
    }

    public Shop Shop { get; }

    public ProjectService.ProjectServiceClient Projects { get; }

    public RoleAssignmentService.RoleAssignmentServiceClient Assignments { get; }

    public string Account { get; private set; } = "";

    public string Project { get; private set; } = "";

    public string OtherProject { get; private set; } = "";

    public string Wave { get; private set; } = "";

    public string OtherWave { get; private set; } = "";

    public string Batch { get; private set; } = "";

    public string OtherBatch { get; private set; } = "";

    public static async Task<Plan> OpenAsync(DatabaseKind database)
    {
        var plan = new Plan(await Shop.OpenAsync(database));
        plan.Account = await plan.Shop.NewAccountAsync();
        plan.Project = await plan.NewProjectAsync(plan.Account);
        plan.OtherProject = await plan.NewProjectAsync(plan.Account);
        plan.Wave = await plan.NewWaveAsync(plan.Project);
        plan.OtherWave = await plan.NewWaveAsync(plan.Project);
        plan.Batch = await plan.NewBatchAsync(plan.Wave);
        plan.OtherBatch = await plan.NewBatchAsync(plan.Wave);
        return plan;
    }

    public async Task<string> NewProjectAsync(string account)
    {
        Tick();
        return (await Projects.CreateProjectAsync(
            new CreateProjectRequest { Parent = account, Project = new Project { DisplayName = "New workstations" } })).Project.Name;
    }

    public async Task<string> NewWaveAsync(string project)
    {
        Tick();
        return (await Projects.CreateWaveAsync(
            new CreateWaveRequest { Parent = project, Wave = new Wave { DisplayName = "First floor" } })).Wave.Name;
    }

    public async Task<string> NewBatchAsync(string wave)
    {
        Tick();
        return (await Projects.CreateBatchAsync(
            new CreateBatchRequest { Parent = wave, Batch = new Batch { DisplayName = "Room 101" } })).Batch.Name;
    }

    /// <summary>The service as somebody of the system has it who holds one role.</summary>
    public async Task<ProjectService.ProjectServiceClient> AsAsync(string role, string scope) =>
        new(await Shop.Host.ConnectAsAsync((role, scope)));

    /// <summary>A service account of the system, which may hold every role of a project.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> NewHolderAsync() =>
        (await new ServiceAccountService.ServiceAccountServiceClient(Shop.Host.Administrator).CreateServiceAccountAsync(
            new CreateServiceAccountRequest { ServiceAccount = new ServiceAccount { DisplayName = "Robot" } })).ServiceAccount.Name;

    public async Task GiveAsync(string holder, string role, string scope) => await Assignments.AssignRolesAsync(
        new AssignRolesRequest
        {
            Scope = scope,
            Entries = { new AssignRolesRequest.Types.Entry { Principal = holder, Role = $"roles/{role}" } },
        });

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    /// <summary>Ids made in one millisecond are in no order.</summary>
    private void Tick() => Shop.Clock.Advance(TimeSpan.FromMilliseconds(1));
}
