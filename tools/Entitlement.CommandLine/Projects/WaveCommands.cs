using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Stub = Entitlement.V1.ProjectService.ProjectServiceClient;

namespace Entitlement.CommandLine.Projects;

/// <summary><c>entitle wave …</c></summary>
internal static class WaveCommands
{
    /// <summary>Stands for all waves that the caller may read.</summary>
    private const string Every = "accounts/-/projects/-";

    public static Command Create() => new("wave", "Parts of projects, on which roles are given")
    {
        CreateWave(),
        ListWaves(),
        GetWave(),
        DeleteWave(),
    };

    private static RpcCommand<CreateWaveRequest, CreateWaveResponse> CreateWave()
    {
        var parent = new Argument<string>("PROJECT") { Description = "accounts/ID/projects/ID" };
        var displayName = ProjectCommands.DisplayName();
        return new RpcCommand<CreateWaveRequest, CreateWaveResponse>(
            "create",
            "Make a wave of a project",
            ProjectCommands.Rpc(nameof(Stub.CreateWave)),
            (parse, request) =>
            {
                request.Parent = parse.GetRequiredValue(parent);
                request.Wave = new Wave { DisplayName = parse.GetRequiredValue(displayName) };
                request.RequestId = RequestId.From(parse);
            })
        { parent, displayName, RequestId.Option };
    }

    private static ListCommand<ListWavesRequest, ListWavesResponse> ListWaves()
    {
        var parent = new Option<string>("--project")
        {
            Description = "Of this project: accounts/ID/projects/ID. [default: all that you may see]",
            HelpName = "PROJECT",
        };
        return new ListCommand<ListWavesRequest, ListWavesResponse>(
            "list",
            "List waves, oldest first",
            ProjectCommands.Rpc(nameof(Stub.ListWaves)),
            ["name", "display_name", "create_time"],
            (parse, request) => request.Parent = parse.GetValue(parent) ?? Every)
        { parent };
    }

    private static RpcCommand<GetWaveRequest, GetWaveResponse> GetWave()
    {
        var name = Name();
        return new RpcCommand<GetWaveRequest, GetWaveResponse>(
            "get",
            "Show a wave",
            ProjectCommands.Rpc(nameof(Stub.GetWave)),
            (parse, request) => request.Name = parse.GetRequiredValue(name))
        { name };
    }

    private static RpcCommand<DeleteWaveRequest, DeleteWaveResponse> DeleteWave()
    {
        var name = Name();
        return new RpcCommand<DeleteWaveRequest, DeleteWaveResponse>(
            "delete",
            "Delete a wave with its batches; who holds roles there loses them",
            ProjectCommands.Rpc(nameof(Stub.DeleteWave)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The wave is gone."))
        { name, RequestId.Option };
    }

    private static Argument<string> Name() => new("WAVE") { Description = "accounts/ID/projects/ID/waves/ID" };
}
