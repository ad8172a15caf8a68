using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Roles;

internal sealed class RoleService(EntitlementDbContext db, OnceWriter writer, RoleGiver giver) : V1.RoleService.RoleServiceBase
{
    public override async Task<GetRoleResponse> GetRole(GetRoleRequest request, ServerCallContext context) =>
        new() { Role = await LoadAsync(RoleName.Parse(request.Name, "name"), context.CancellationToken) };

    public override async Task<ListRolesResponse> ListRoles(ListRolesRequest request, ServerCallContext context)
    {
        var book = await db.ReadRolesAsync(context.CancellationToken);
        var custom = book.Roles.Values.Where(role => !role.IsBuiltIn).OrderBy(role => role.Id, StringComparer.Ordinal);
        return new ListRolesResponse { Roles = { BuiltInRoles.All.Concat(custom).Select(role => role.ToMessage()) } };
    }

    public override async Task<CreateRoleResponse> CreateRole(CreateRoleRequest request, ServerCallContext context)
    {
        var wanted = (request.Role ?? throw Refusal.InvalidArgument("role", "is required")).ToDomain();
        var edit = new RoleEdit(giver, context.GetCaller());
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => edit.CreateAsync(change, wanted, token));
        return new CreateRoleResponse { Role = await LoadAsync(outcome, context), ConsistencyToken = outcome.ConsistencyToken };
    }

    public override async Task<UpdateRoleResponse> UpdateRole(UpdateRoleRequest request, ServerCallContext context)
    {
        var name = RoleName.Parse(request.Name, "name");
        var wanted = request.Role ?? throw Refusal.InvalidArgument("role", "is required");
        var fields = RoleFields.Parse(request.UpdateMask);
        var edit = new RoleEdit(giver, context.GetCaller());
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => edit.UpdateAsync(change, name, wanted, fields, token));
        return new UpdateRoleResponse { Role = await LoadAsync(outcome, context), ConsistencyToken = outcome.ConsistencyToken };
    }

    public override async Task<DeleteRoleResponse> DeleteRole(DeleteRoleRequest request, ServerCallContext context)
    {
        var name = RoleName.Parse(request.Name, "name");
        var edit = new RoleEdit(giver, context.GetCaller());
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => edit.DeleteAsync(change, name, token));
        return new DeleteRoleResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    private Task<V1.Role> LoadAsync(Outcome outcome, ServerCallContext context) =>
        LoadAsync(RoleName.Parse(outcome.Resource, "name"), context.CancellationToken);

    private async Task<V1.Role> LoadAsync(RoleName name, CancellationToken cancellationToken)
    {
        var book = await db.ReadRolesAsync([name.RoleId], cancellationToken);
        return (book.Find(name.RoleId) ?? throw Refusal.NotFound($"{name}")).ToMessage();
    }
}
