using System.CommandLine;
using Entitlement.CommandLine.Access;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using FieldMask = Google.Protobuf.WellKnownTypes.FieldMask;
using Stub = Entitlement.V1.RoleService.RoleServiceClient;

namespace Entitlement.CommandLine.Roles;

/// <summary><c>entitle role …</c></summary>
internal static class RoleCommands
{
    public static Command Create() => new("role", "See what roles grant, and define roles of your own")
    {
        new RpcCommand<ListRolesRequest, ListRolesResponse>(
            "list", "List all roles", Rpc(nameof(Stub.ListRoles)), (_, _) => { }, ShowAll),
        GetRole(),
        CreateRole(),
        UpdateRole(),
        DeleteRole(),
    };

    private static ExitCode ShowAll(Screen screen, ListRolesResponse answer)
    {
        if (screen.Field is { } name)
        {
            var field = ResourceView.Find(Role.Descriptor, name);
            answer.Roles.ToList().ForEach(role => screen.WriteLine(FieldText.Value(role, field)));
            return ExitCode.Ok;
        }

        if (screen.IsJson)
        {
            screen.WriteJson(answer);
            return ExitCode.Ok;
        }

        screen.WriteTable(["Name", "Called", "What its holder can do"], answer.Roles.Select(role => (string[])[role.Name, role.DisplayName, role.Description]));
        return ExitCode.Ok;
    }

    private static RpcCommand<GetRoleRequest, GetRoleResponse> GetRole()
    {
        var name = Name();
        return new RpcCommand<GetRoleRequest, GetRoleResponse>(
            "get", "Show a role", Rpc(nameof(Stub.GetRole)), (parse, request) => request.Name = NameFrom(parse, name))
        { name };
    }

    private static RpcCommand<CreateRoleRequest, CreateRoleResponse> CreateRole()
    {
        var (name, content) = (Name(), new Content());
        var command = new RpcCommand<CreateRoleRequest, CreateRoleResponse>(
            "create",
            "Define a role",
            Rpc(nameof(Stub.CreateRole)),
            (parse, request) =>
            {
                request.Role = content.Read(parse);
                request.Role.Name = NameFrom(parse, name);
                request.RequestId = RequestId.From(parse);
            })
        { name, RequestId.Option };
        content.AddTo(command);
        return command;
    }

    private static RpcCommand<UpdateRoleRequest, UpdateRoleResponse> UpdateRole()
    {
        var (name, content) = (Name(), new Content());
        var command = new RpcCommand<UpdateRoleRequest, UpdateRoleResponse>(
            "update",
            "Change a role for all who hold it; lists replace those that stand",
            Rpc(nameof(Stub.UpdateRole)),
            (parse, request) =>
            {
                request.Name = NameFrom(parse, name);
                request.Role = content.Read(parse);
                request.UpdateMask = new FieldMask { Paths = { content.Given(parse) } };
                request.RequestId = RequestId.From(parse);
            })
        { name, RequestId.Option };
        content.AddTo(command);
        return command;
    }

    private static RpcCommand<DeleteRoleRequest, DeleteRoleResponse> DeleteRole()
    {
        var name = Name();
        return new RpcCommand<DeleteRoleRequest, DeleteRoleResponse>(
            "delete",
            "Delete a role that nobody holds",
            Rpc(nameof(Stub.DeleteRole)),
            (parse, request) =>
            {
                request.Name = NameFrom(parse, name);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The role is deleted."))
        { name, RequestId.Option };
    }

    private static Argument<string> Name() => new("NAME") { Description = "roles/ROLE, or ROLE alone, such as license-admin." };

    private static string NameFrom(ParseResult parse, Argument<string> name) =>
        ResourceNames.Complete("roles", parse.GetRequiredValue(name));

    private static MethodDescriptor Rpc(string name) => RoleService.Descriptor.FindMethodByName(name);

    /// <summary>The options that say what a role is.</summary>
    private sealed class Content
    {
        private readonly Option<string?> _displayName = new("--name") { Description = "What people call it.", HelpName = "TEXT" };

        private readonly Option<string?> _description = new("--description") { Description = "What its holder can do.", HelpName = "TEXT" };

        private readonly Option<string[]> _permissions = new("--permission")
        {
            Description = "What it grants, such as license.read; may be given several times.",
            HelpName = "PERMISSION",
            AllowMultipleArgumentsPerToken = true,
        };

        private readonly Option<string[]> _assigns = new("--assigns")
        {
            Description = "A role that its holder may give; may be given several times.",
            HelpName = "ROLE",
            AllowMultipleArgumentsPerToken = true,
        };

        private readonly Option<ScopeKind[]> _scopes = new("--on")
        {
            Description = "On what it may be given: System, Account, Product, License, Project, Wave, Batch.",
            HelpName = "KIND",
            AllowMultipleArgumentsPerToken = true,
        };

        public void AddTo(Command command)
        {
            foreach (var option in (Option[])[_displayName, _description, _permissions, _assigns, _scopes])
            {
                command.Add(option);
            }
        }

        public Role Read(ParseResult parse) => new()
        {
            DisplayName = parse.GetValue(_displayName) ?? "",
            Description = parse.GetValue(_description) ?? "",
            Permissions = { (parse.GetValue(_permissions) ?? []).Select(PermissionText.Read) },
            Assigns = { (parse.GetValue(_assigns) ?? []).Select(role => ResourceNames.Complete("roles", role)) },
            ScopeKinds = { parse.GetValue(_scopes) ?? [] },
        };

        public IEnumerable<string> Given(ParseResult parse)
        {
            (Option Option, string Field)[] fields =
            [
                (_displayName, "display_name"), (_description, "description"), (_permissions, "permissions"),
                (_assigns, "assigns"), (_scopes, "scope_kinds"),
            ];
            return fields.Where(one => parse.GetResult(one.Option) is { Implicit: false }).Select(one => one.Field);
        }
    }
}
