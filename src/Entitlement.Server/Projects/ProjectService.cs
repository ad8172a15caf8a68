using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Paging;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Projects;

internal sealed class ProjectService(ProjectReader reader, OnceWriter writer) : V1.ProjectService.ProjectServiceBase
{
    private const string EveryAccount = "accounts/-";
    private const string EveryProject = "accounts/-/projects/-";
    private const string EveryWave = "accounts/-/projects/-/waves/-";

    public override async Task<CreateProjectResponse> CreateProject(CreateProjectRequest request, ServerCallContext context)
    {
        var account = AccountName.Parse(request.Parent, "parent");
        var wanted = request.Project ?? throw Refusal.InvalidArgument("project", "is required");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId,
            (change, token) => ProjectChange.CreateAsync(account, wanted.DisplayName, change, token));
        return new CreateProjectResponse
        {
            Project = await reader.GetAsync(ProjectName.Parse(outcome.Resource, "name"), context.CancellationToken),
            Existed = outcome.Existed,
        };
    }

    public override async Task<GetProjectResponse> GetProject(GetProjectRequest request, ServerCallContext context) =>
        new() { Project = await reader.GetAsync(ProjectName.Parse(request.Name, "name"), context.CancellationToken) };

    public override async Task<ListProjectsResponse> ListProjects(ListProjectsRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Parent}/projects");
        AccountName? account = request.Parent == EveryAccount ? null : AccountName.Parse(request.Parent, "parent");
        var (rows, next) = await reader.ListAsync(account, page, context.GetCaller(), context.CancellationToken);
        return new ListProjectsResponse { Projects = { rows.Select(row => row.ToMessage()) }, NextPageToken = next };
    }

    public override async Task<DeleteProjectResponse> DeleteProject(DeleteProjectRequest request, ServerCallContext context)
    {
        var name = ProjectName.Parse(request.Name, "name");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => ProjectChange.DeleteAsync(name, change, token));
        return new DeleteProjectResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    public override async Task<CreateWaveResponse> CreateWave(CreateWaveRequest request, ServerCallContext context)
    {
        var project = ProjectName.Parse(request.Parent, "parent");
        var wanted = request.Wave ?? throw Refusal.InvalidArgument("wave", "is required");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId,
            (change, token) => ProjectChange.CreateAsync(project, wanted.DisplayName, change, token));
        return new CreateWaveResponse
        {
            Wave = await reader.GetAsync(WaveName.Parse(outcome.Resource, "name"), context.CancellationToken),
            Existed = outcome.Existed,
        };
    }

    public override async Task<GetWaveResponse> GetWave(GetWaveRequest request, ServerCallContext context) =>
        new() { Wave = await reader.GetAsync(WaveName.Parse(request.Name, "name"), context.CancellationToken) };

    public override async Task<ListWavesResponse> ListWaves(ListWavesRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Parent}/waves");
        ProjectName? project = request.Parent == EveryProject ? null : ProjectName.Parse(request.Parent, "parent");
        var (rows, next) = await reader.ListAsync(project, page, context.GetCaller(), context.CancellationToken);
        return new ListWavesResponse { Waves = { rows.Select(row => row.ToMessage()) }, NextPageToken = next };
    }

    public override async Task<DeleteWaveResponse> DeleteWave(DeleteWaveRequest request, ServerCallContext context)
    {
        var name = WaveName.Parse(request.Name, "name");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => ProjectChange.DeleteAsync(name, change, token));
        return new DeleteWaveResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    public override async Task<CreateBatchResponse> CreateBatch(CreateBatchRequest request, ServerCallContext context)
    {
        var wave = WaveName.Parse(request.Parent, "parent");
        var wanted = request.Batch ?? throw Refusal.InvalidArgument("batch", "is required");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId,
            (change, token) => ProjectChange.CreateAsync(wave, wanted.DisplayName, change, token));
        return new CreateBatchResponse
        {
            Batch = await reader.GetAsync(BatchName.Parse(outcome.Resource, "name"), context.CancellationToken),
            Existed = outcome.Existed,
        };
    }

    public override async Task<GetBatchResponse> GetBatch(GetBatchRequest request, ServerCallContext context) =>
        new() { Batch = await reader.GetAsync(BatchName.Parse(request.Name, "name"), context.CancellationToken) };

    public override async Task<ListBatchesResponse> ListBatches(ListBatchesRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Parent}/batches");
        WaveName? wave = request.Parent == EveryWave ? null : WaveName.Parse(request.Parent, "parent");
        var (rows, next) = await reader.ListAsync(wave, page, context.GetCaller(), context.CancellationToken);
        return new ListBatchesResponse { Batches = { rows.Select(row => row.ToMessage()) }, NextPageToken = next };
    }

    public override async Task<DeleteBatchResponse> DeleteBatch(DeleteBatchRequest request, ServerCallContext context)
    {
        var name = BatchName.Parse(request.Name, "name");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => ProjectChange.DeleteAsync(name, change, token));
        return new DeleteBatchResponse { ConsistencyToken = outcome.ConsistencyToken };
    }
}
