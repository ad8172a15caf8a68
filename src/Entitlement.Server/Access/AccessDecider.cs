using System.Diagnostics.CodeAnalysis;
using Entitlement.Domain.Errors;
using Entitlement.V1;

namespace Entitlement.Server.Access;

/// <summary>
/// Decides whether a caller may do something on a resource. Until there are roles, administrators may do everything and
/// nobody else anything.
/// </summary>
internal sealed class AccessDecider
{
    /// <inheritdoc cref="HoldsAsync"/>
    /// <exception cref="EntitlementException">It may not.</exception>
    public async ValueTask RequireAsync(Caller caller, Permission permission, string resource, CancellationToken cancellationToken)
    {
        if (!await HoldsAsync(caller, permission, resource, cancellationToken))
        {
            throw CredentialRefusal.Missing();
        }
    }

    /// <summary>For what a call shows or leaves out, where a refusal would be too much.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="permission">What it must hold.</param>
    /// <param name="resource">Name of the resource on which it must be held; empty for the whole installation.</param>
    /// <param name="cancellationToken">Ends the look-ups that a decision needs.</param>
    [SuppressMessage("Performance", "CA1822", Justification = "What roles are decided by is this object's to hold; callers are not to change then.")]
    public ValueTask<bool> HoldsAsync(Caller caller, Permission permission, string resource, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(caller is Caller.ServiceAccount or Caller.BootstrapAdministrator);
    }
}
