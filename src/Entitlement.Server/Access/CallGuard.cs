using Entitlement.Domain.Access;
using Entitlement.Domain.Names;
using Google.Protobuf;
using Grpc.Core;
using Permission = Entitlement.V1.Permission;

namespace Entitlement.Server.Access;

/// <summary>What one caller must hold for one call.</summary>
internal sealed class CallGuard(MethodAccess access, Caller caller, AccessDecider decider, ServerCallContext call)
{
    /// <summary>Tells in which of their accounts a person acted.</summary>
    private const string ActingAccount = "acting-account";

    /// <summary>Tells whether that is the person's primary account.</summary>
    private const string ActingAccountPrimary = "acting-account-primary";

    /// <summary>Whether each message names the resource that it is about.</summary>
    public bool IsPerMessage => !IsOpen && access is { Resource: not null, Filtered: false };

    /// <summary>
    /// Whether nothing is left to check here: anybody may call it, or a product does, or which resource a caller with
    /// credentials means stands inside the request, where only the service finds it.
    /// </summary>
    private bool IsOpen => access.Permission == Permission.None
        || (access.OpenToProducts && (caller is Caller.Anonymous || access.Resource is null));

    /// <summary>Checks what does not depend on a message.</summary>
    public async ValueTask RequireInstallationAsync()
    {
        if (access.Filtered && caller is Caller.Anonymous)
        {
            throw CredentialRefusal.Missing();
        }

        if (!IsOpen && !IsPerMessage && !access.Filtered)
        {
            await decider.RequireAsync(caller, access.Permission, "", call.CancellationToken);
        }
    }

    public async ValueTask RequireAsync(object message)
    {
        if (!IsPerMessage)
        {
            return;
        }

        var resource = (string)access.Resource!.Accessor.GetValue((IMessage)message);
        var principal = await decider.RequireAsync(caller, access.Permission, resource, call.CancellationToken);
        Tell(principal, resource);
    }

    /// <summary>Which account a call names says in which one a person acts; nothing of that is kept on the server.</summary>
    private void Tell(PrincipalSnapshot? principal, string resource)
    {
        if (principal is { Kind: PrincipalKind.User }
            && ResourcePath.TryParse(resource, out var path)
            && path.AccountId is { } account
            && principal.AccountIds.Contains(account)
            && call.ResponseTrailers.All(trailer => trailer.Key != ActingAccount))
        {
            call.ResponseTrailers.Add(ActingAccount, $"{new AccountName(account)}");
            call.ResponseTrailers.Add(ActingAccountPrimary, principal.PrimaryAccountId == account ? "true" : "false");
        }
    }
}
