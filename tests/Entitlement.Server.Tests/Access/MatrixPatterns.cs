using Entitlement.Server.Access;

namespace Entitlement.Server.Tests.Access;

/// <summary>What each method's resource field names, as the comments of the contract say it.</summary>
internal static class MatrixPatterns
{
    private const string Account = "accounts/{account}";
    private const string License = "accounts/{account}/licenses/{license}";
    private const string User = "users/{user}";
    private const string Project = "accounts/{account}/projects/{thing}";
    private const string Wave = $"{Project}/waves/{{thing}}";
    private const string Batch = $"{Wave}/batches/{{thing}}";

    /// <summary>By <c>Service/Method</c> where a method differs from its service, else by <c>Service.field</c>.</summary>
    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        ["AccessService.resource"] = Account,
        ["AccountService.name"] = Account,
        ["AccountService.parent"] = Account,
        ["ActivationService.name"] = $"{License}/activations/{{thing}}",
        ["ActivationService.parent"] = License,
        ["ActivationService/ApproveParkedRequest"] = $"{License}/parkedRequests/{{thing}}",
        ["ActivationService/GetParkedRequest"] = $"{License}/parkedRequests/{{thing}}",
        ["ActivationService/RejectParkedRequest"] = $"{License}/parkedRequests/{{thing}}",
        ["AuditService.parent"] = Account,
        ["GroupService.name"] = $"{Account}/groups/{{thing}}",
        ["GroupService.parent"] = Account,
        ["GroupService/ListGroupMembers"] = $"{Account}/groups/{{thing}}",
        ["LicenseService.name"] = License,
        ["LicenseService.parent"] = Account,
        ["ProductService.name"] = "products/{product}",
        ["ProjectService.name"] = Project,
        ["ProjectService.parent"] = Account,
        ["ProjectService/CreateBatch"] = Wave,
        ["ProjectService/CreateWave"] = Project,
        ["ProjectService/DeleteBatch"] = Batch,
        ["ProjectService/DeleteWave"] = Wave,
        ["ProjectService/GetBatch"] = Batch,
        ["ProjectService/GetWave"] = Wave,
        ["ReportService.parent"] = Account,
        ["RoleAssignmentService.name"] = License,
        ["RoleAssignmentService.scope"] = Account,
        ["RoleAssignmentService/AppointSupervisors"] = Account,
        ["ServiceAccountService.name"] = $"{Account}/serviceAccounts/{{thing}}",
        ["ServiceAccountService.parent"] = Account,
        ["ServiceAccountService/CreateApiKey"] = $"{Account}/serviceAccounts/{{thing}}",
        ["ServiceAccountService/ListApiKeys"] = $"{Account}/serviceAccounts/{{thing}}",
        ["ServiceAccountService/RevokeApiKey"] = $"{Account}/serviceAccounts/{{thing}}/apiKeys/{{thing}}",
        ["SessionService.name"] = User,
        ["SessionService.parent"] = User,
        ["SessionService/RevokeSession"] = $"{User}/sessions/{{thing}}",
        ["TrialService.name"] = $"{License}/trials/{{thing}}",
        ["TrialService.parent"] = License,
        ["UserService.name"] = User,
        ["UserService.parent"] = Account,
        ["UserService/InviteToProduct"] = "products/{product}",
        ["UserService/RemoveMember"] = $"{Account}/members/{{user}}",
    };

    /// <summary>What the answers of a method hold that names nothing, by the kind of its permission.</summary>
    private static readonly Dictionary<string, string> Held = new(StringComparer.Ordinal)
    {
        ["access"] = Account,
        ["account"] = Account,
        ["license"] = License,
        ["product"] = "products/{product}",
        ["project"] = Project,
        ["user"] = User,
    };

    /// <returns>A pattern; empty for what concerns the whole installation.</returns>
    /// <exception cref="InvalidOperationException">Nothing is said of this method: say it above.</exception>
    public static string Of(string method, MethodAccess access, string permission)
    {
        var (service, name) = (method.Split('/')[1].Split('.')[^1], method.Split('/')[2]);
        if (access is { Resource: null, Filtered: false, OpenToProducts: false })
        {
            return "";
        }

        return access.Resource is not { } field
            ? Held[permission.Split('.')[0]]
            : Named.TryGetValue($"{service}/{name}", out var pattern) || Named.TryGetValue($"{service}.{field.Name}", out pattern)
                ? pattern
                : throw new InvalidOperationException($"What does {field.Name} of {method} name? Say it in {nameof(MatrixPatterns)}.");
    }
}
