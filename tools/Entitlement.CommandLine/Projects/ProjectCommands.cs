using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.ProjectService.ProjectServiceClient;

namespace Entitlement.CommandLine.Projects;

/// <summary><c>entitle project …</c></summary>
internal static class ProjectCommands
{
    public static Command Create() => new("project", "Planned moves of licenses, on which roles are given")
    {
        CreateProject(),
        ListProjects(),
        GetProject(),
        DeleteProject(),
    };

    private static RpcCommand<CreateProjectRequest, CreateProjectResponse> CreateProject()
    {
        var account = new Option<string>("--account")
        {
            Description = "Whose licenses are to move: accounts/ID, or the id alone.",
            HelpName = "ACCOUNT",
            Required = true,
        };
        var displayName = DisplayName();
        return new RpcCommand<CreateProjectRequest, CreateProjectResponse>(
            "create",
            "Make a project",
            Rpc(nameof(Stub.CreateProject)),
            (parse, request) =>
            {
                request.Parent = ResourceNames.Complete("accounts", parse.GetRequiredValue(account));
                request.Project = new Project { DisplayName = parse.GetRequiredValue(displayName) };
                request.RequestId = RequestId.From(parse);
            })
        { account, displayName, RequestId.Option };
    }

    private static ListCommand<ListProjectsRequest, ListProjectsResponse> ListProjects()
    {
        var account = new Option<string>("--account")
        {
            Description = "Of this account: accounts/ID, or the id alone. [default: all that you may see]",
            HelpName = "ACCOUNT",
        };
        return new ListCommand<ListProjectsRequest, ListProjectsResponse>(
            "list",
            "List projects, oldest first",
            Rpc(nameof(Stub.ListProjects)),
            ["name", "display_name", "create_time"],
            (parse, request) => request.Parent = ResourceNames.Complete("accounts", parse.GetValue(account) ?? "-"))
        { account };
    }

    private static RpcCommand<GetProjectRequest, GetProjectResponse> GetProject()
    {
        var name = Name();
        return new RpcCommand<GetProjectRequest, GetProjectResponse>(
            "get",
            "Show a project",
            Rpc(nameof(Stub.GetProject)),
            (parse, request) => request.Name = parse.GetRequiredValue(name))
        { name };
    }

    private static RpcCommand<DeleteProjectRequest, DeleteProjectResponse> DeleteProject()
    {
        var name = Name();
        return new RpcCommand<DeleteProjectRequest, DeleteProjectResponse>(
            "delete",
            "Delete a project with its waves and batches; who holds roles there loses them",
            Rpc(nameof(Stub.DeleteProject)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The project is gone."))
        { name, RequestId.Option };
    }

    internal static Option<string> DisplayName() =>
        new("--name") { Description = "What people call it.", HelpName = "TEXT", Required = true };

    internal static MethodDescriptor Rpc(string name) => ProjectService.Descriptor.FindMethodByName(name);

    private static Argument<string> Name() => new("PROJECT") { Description = "accounts/ID/projects/ID" };
}
