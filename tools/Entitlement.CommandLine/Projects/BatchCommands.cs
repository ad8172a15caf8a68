using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Stub = Entitlement.V1.ProjectService.ProjectServiceClient;

namespace Entitlement.CommandLine.Projects;

/// <summary><c>entitle batch …</c></summary>
internal static class BatchCommands
{
    /// <summary>Stands for all batches that the caller may read.</summary>
    private const string Every = "accounts/-/projects/-/waves/-";

    public static Command Create() => new("batch", "Parts of waves, on which roles are given")
    {
        CreateBatch(),
        ListBatches(),
        GetBatch(),
        DeleteBatch(),
    };

    private static RpcCommand<CreateBatchRequest, CreateBatchResponse> CreateBatch()
    {
        var parent = new Argument<string>("WAVE") { Description = "accounts/ID/projects/ID/waves/ID" };
        var displayName = ProjectCommands.DisplayName();
        return new RpcCommand<CreateBatchRequest, CreateBatchResponse>(
            "create",
            "Make a batch of a wave",
            ProjectCommands.Rpc(nameof(Stub.CreateBatch)),
            (parse, request) =>
            {
                request.Parent = parse.GetRequiredValue(parent);
                request.Batch = new Batch { DisplayName = parse.GetRequiredValue(displayName) };
                request.RequestId = RequestId.From(parse);
            })
        { parent, displayName, RequestId.Option };
    }

    private static ListCommand<ListBatchesRequest, ListBatchesResponse> ListBatches()
    {
        var parent = new Option<string>("--wave")
        {
            Description = "Of this wave: accounts/ID/projects/ID/waves/ID. [default: all that you may see]",
            HelpName = "WAVE",
        };
        return new ListCommand<ListBatchesRequest, ListBatchesResponse>(
            "list",
            "List batches, oldest first",
            ProjectCommands.Rpc(nameof(Stub.ListBatches)),
            ["name", "display_name", "create_time"],
            (parse, request) => request.Parent = parse.GetValue(parent) ?? Every)
        { parent };
    }

    private static RpcCommand<GetBatchRequest, GetBatchResponse> GetBatch()
    {
        var name = Name();
        return new RpcCommand<GetBatchRequest, GetBatchResponse>(
            "get",
            "Show a batch",
            ProjectCommands.Rpc(nameof(Stub.GetBatch)),
            (parse, request) => request.Name = parse.GetRequiredValue(name))
        { name };
    }

    private static RpcCommand<DeleteBatchRequest, DeleteBatchResponse> DeleteBatch()
    {
        var name = Name();
        return new RpcCommand<DeleteBatchRequest, DeleteBatchResponse>(
            "delete",
            "Delete a batch; who holds roles there loses them",
            ProjectCommands.Rpc(nameof(Stub.DeleteBatch)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The batch is gone."))
        { name, RequestId.Option };
    }

    private static Argument<string> Name() => new("BATCH") { Description = "accounts/ID/projects/ID/waves/ID/batches/ID" };
}
