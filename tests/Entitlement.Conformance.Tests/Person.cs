using System.Text;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Entitlement.Conformance.Tests;

/// <summary>Somebody who is signed in, and the tools of the service as that person has them.</summary>
/// <param name="name">The resource name; empty for the owner of the machine.</param>
/// <param name="email">The mail address.</param>
/// <param name="channel">Carries the session's token.</param>
internal sealed class Person(string name, string email, GrpcChannel channel)
{
    public string Name => name;

    public string Email => email;

    public AccountService.AccountServiceClient Accounts { get; } = new(channel);

    public AccessService.AccessServiceClient Access { get; } = new(channel);

    public ActivationService.ActivationServiceClient Activations { get; } = new(channel);

    public GroupService.GroupServiceClient Groups { get; } = new(channel);

    public LicenseService.LicenseServiceClient Licenses { get; } = new(channel);

    public ProductService.ProductServiceClient Products { get; } = new(channel);

    public ProjectService.ProjectServiceClient Projects { get; } = new(channel);

    public ReportService.ReportServiceClient Reports { get; } = new(channel);

    public RoleAssignmentService.RoleAssignmentServiceClient Assignments { get; } = new(channel);

    public RoleService.RoleServiceClient Roles { get; } = new(channel);

    public SessionService.SessionServiceClient Sessions { get; } = new(channel);

    public UserService.UserServiceClient Users { get; } = new(channel);

    public AsyncUnaryCall<GetAccountResponse> ReadAccountAsync(string account) =>
        Accounts.GetAccountAsync(new GetAccountRequest { Name = account });

    /// <summary>Reads a project, wave or batch, whichever the name is of.</summary>
    public Task ReadScopeAsync(string name) => name.Split('/').Length switch
    {
        4 => Projects.GetProjectAsync(new GetProjectRequest { Name = name }).ResponseAsync,
        6 => Projects.GetWaveAsync(new GetWaveRequest { Name = name }).ResponseAsync,
        _ => Projects.GetBatchAsync(new GetBatchRequest { Name = name }).ResponseAsync,
    };

    /// <returns>The new project's name.</returns>
    public async Task<string> PlanProjectAsync(string account) => (await Projects.CreateProjectAsync(
        new CreateProjectRequest { Parent = account, Project = new Project { DisplayName = "New workstations" } })).Project.Name;

    /// <returns>The new wave's name.</returns>
    public async Task<string> PlanWaveAsync(string project) => (await Projects.CreateWaveAsync(
        new CreateWaveRequest { Parent = project, Wave = new Wave { DisplayName = "First floor" } })).Wave.Name;

    /// <returns>The new batch's name.</returns>
    public async Task<string> PlanBatchAsync(string wave) => (await Projects.CreateBatchAsync(
        new CreateBatchRequest { Parent = wave, Batch = new Batch { DisplayName = "Room 101" } })).Batch.Name;

    public AsyncUnaryCall<GetLicenseResponse> ReadAsync(License license) =>
        Licenses.GetLicenseAsync(new GetLicenseRequest { Name = license.Name });

    /// <summary>Names of all licenses that the person sees, wherever they are.</summary>
    public async Task<IEnumerable<string>> SeenLicensesAsync() =>
        (await Licenses.ListLicensesAsync(new ListLicensesRequest { Parent = "accounts/-" })).Licenses.Select(one => one.Name);

    public AsyncUnaryCall<ConfigureLicenseResponse> ConfigureAsync(License license) => Licenses.ConfigureLicenseAsync(
        new ConfigureLicenseRequest { Name = license.Name, Configuration = new LicenseConfiguration() });

    public AsyncUnaryCall<ReconfigureLicenseResponse> ReconfigureAsync(License license, int machines) =>
        Licenses.ReconfigureLicenseAsync(new ReconfigureLicenseRequest
        {
            Name = license.Name,
            Configuration = new LicenseConfiguration { MachineLimit = machines },
            Reason = "Fewer machines.",
        });

    public AsyncUnaryCall<ActivateResponse> ActivateAsync(ByteString file) =>
        Activations.ActivateAsync(new ActivateRequest { LicenseRequest = file });

    public async Task<byte[]> ReadPackAsync(string account)
    {
        using var call = Reports.RetrieveLicensePack(new RetrieveLicensePackRequest { Parent = account });
        return await ReadAsync(call.ResponseStream, part => part.Content);
    }

    public async Task<string> ReadReportAsync(string account)
    {
        using var call = Reports.RetrieveCustomerDetailReport(new RetrieveCustomerDetailReportRequest { Parent = account });
        return Encoding.UTF8.GetString(await ReadAsync(call.ResponseStream, part => part.Content));
    }

    /// <summary>Gives roles on one scope.</summary>
    /// <param name="to">Who gets them: the name of a user, service account or group.</param>
    /// <param name="scope">On what; empty for the system.</param>
    /// <param name="roles">Their ids.</param>
    public AsyncUnaryCall<AssignRolesResponse> GiveAsync(string to, string scope, params string[] roles) =>
        Assignments.AssignRolesAsync(new AssignRolesRequest
        {
            Scope = scope,
            Entries = { roles.Select(role => new AssignRolesRequest.Types.Entry { Principal = to, Role = $"roles/{role}" }) },
        });

    /// <summary>Makes the roles that somebody holds on one scope these and no others.</summary>
    public AsyncUnaryCall<SetRolesResponse> SetAsync(string of, string scope, params string[] roles) =>
        Assignments.SetRolesAsync(new SetRolesRequest
        {
            Scope = scope,
            Principal = of,
            Roles = { roles.Select(role => $"roles/{role}") },
        });

    public AsyncUnaryCall<AppointSupervisorsResponse> AppointAsync(string account, params Person[] people) =>
        Assignments.AppointSupervisorsAsync(
            new AppointSupervisorsRequest { Name = account, Users = { people.Select(person => person.Name) } });

    public AsyncUnaryCall<AssignLicenseResponse> AssignAsync(License license, params Person[] people) =>
        Assignments.AssignLicenseAsync(
            new AssignLicenseRequest { Name = license.Name, Users = { people.Select(person => person.Name) } });

    public AsyncUnaryCall<SetLicenseVisibilityResponse> ShowAsync(License license, Person to, bool visible) =>
        Assignments.SetLicenseVisibilityAsync(
            new SetLicenseVisibilityRequest { Name = license.Name, User = to.Name, Visible = visible });

    public async Task<IReadOnlyList<Member>> ListMembersAsync(string account) =>
        (await Users.ListMembersAsync(new ListMembersRequest { Parent = account })).Members;

    public AsyncUnaryCall<CreateUsersResponse> AddAsync(string account, params User[] users) =>
        Users.CreateUsersAsync(new CreateUsersRequest { Parent = account, Users = { users } });

    /// <summary>Invites somebody to one product.</summary>
    public async Task<InviteToProductResponse> InviteAsync(string product, string address, params string[] roles) =>
        await Users.InviteToProductAsync(new InviteToProductRequest
        {
            Name = product,
            User = new User { DisplayName = "Ann Lee", Email = address },
            Roles = { roles.Select(role => $"roles/{role}") },
        });

    /// <summary>Adds somebody whom nobody knows yet.</summary>
    /// <returns>The new user's name.</returns>
    public async Task<string> AddOneAsync(string account, string displayName, string address) =>
        (await AddAsync(account, new User { DisplayName = displayName, Email = address })).Results.Single().User.Name;

    public AsyncUnaryCall<RemoveMemberResponse> RemoveAsync(string account, string user) => Users.RemoveMemberAsync(
        new RemoveMemberRequest { Name = $"{account}/members/{user.Split('/')[1]}", Reason = "Works elsewhere." });

    /// <summary>Whether the person may do something, in the words of the service itself.</summary>
    public async Task<bool> MayAsync(Permission permission, string resource) => (await Access.CheckPermissionAsync(
        new CheckPermissionRequest { Check = new PermissionCheck { Permission = permission, Resource = resource } })).Allowed;

    /// <summary>Which of these permissions the person holds on a resource, in their order.</summary>
    public async Task<IEnumerable<Permission>> WhichAsync(string resource, params Permission[] permissions)
    {
        var answer = await Access.BatchCheckPermissionsAsync(new BatchCheckPermissionsRequest
        {
            Checks = { permissions.Select(one => new PermissionCheck { Permission = one, Resource = resource }) },
        });
        return permissions.Zip(answer.Allowed).Where(one => one.Second).Select(one => one.First);
    }

    private static async Task<byte[]> ReadAsync<T>(IAsyncStreamReader<T> stream, Func<T, ByteString> content)
    {
        using var bytes = new MemoryStream();
        while (await stream.MoveNext(CancellationToken.None))
        {
            content(stream.Current).WriteTo(bytes);
        }

        return bytes.ToArray();
    }
}
