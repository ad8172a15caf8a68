using System.Text.Json;
using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.Projects;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Projects;

/// <summary>Makes and deletes projects, waves and batches.</summary>
internal static class ProjectChange
{
    /// <exception cref="EntitlementException">There is no such account, or the name breaks a rule.</exception>
    public static async Task<Outcome> CreateAsync(
        AccountName account, string displayName, Change change, CancellationToken cancellationToken)
    {
        var project = Project.Create(account, displayName, change.Now);
        if (!await change.Db.Accounts.AnyAsync(row => row.Id == account.AccountId, cancellationToken))
        {
            throw Refusal.NotFound($"{account}");
        }

        change.Db.Add(project);
        return End(change, account.AccountId, "project.create", $"{project.Name}");
    }

    /// <exception cref="EntitlementException">There is no such project, or the name breaks a rule.</exception>
    public static async Task<Outcome> CreateAsync(
        ProjectName project, string displayName, Change change, CancellationToken cancellationToken)
    {
        var wave = Wave.Create(project, displayName, change.Now);

        // Holds the project's row, so that it is not deleted before this is in it.
        var found = await change.Db.Projects.Named(project).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.DisplayName, row => row.DisplayName), cancellationToken);
        if (found == 0)
        {
            throw Refusal.NotFound($"{project}");
        }

        change.Db.Add(wave);
        return End(change, project.AccountId, "wave.create", $"{wave.Name}");
    }

    /// <exception cref="EntitlementException">There is no such wave, or the name breaks a rule.</exception>
    public static async Task<Outcome> CreateAsync(
        WaveName wave, string displayName, Change change, CancellationToken cancellationToken)
    {
        var batch = Batch.Create(wave, displayName, change.Now);
        var found = await change.Db.Waves.Named(wave).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.DisplayName, row => row.DisplayName), cancellationToken);
        if (found == 0)
        {
            throw Refusal.NotFound($"{wave}");
        }

        change.Db.Add(batch);
        return End(change, wave.AccountId, "batch.create", $"{batch.Name}");
    }

    /// <summary>Deletes it with its waves and batches, and ends the roles that are held on any of them.</summary>
    /// <exception cref="EntitlementException">There is no such project.</exception>
    public static Task<Outcome> DeleteAsync(ProjectName name, Change change, CancellationToken cancellationToken) => DeleteAsync(
        $"{name}", change, "project.delete", token => change.Db.Projects.Named(name).ExecuteDeleteAsync(token), cancellationToken);

    /// <inheritdoc cref="DeleteAsync(ProjectName, Change, CancellationToken)"/>
    public static Task<Outcome> DeleteAsync(WaveName name, Change change, CancellationToken cancellationToken) => DeleteAsync(
        $"{name}", change, "wave.delete", token => change.Db.Waves.Named(name).ExecuteDeleteAsync(token), cancellationToken);

    /// <inheritdoc cref="DeleteAsync(ProjectName, Change, CancellationToken)"/>
    public static Task<Outcome> DeleteAsync(BatchName name, Change change, CancellationToken cancellationToken) => DeleteAsync(
        $"{name}", change, "batch.delete", token => change.Db.Batches.Named(name).ExecuteDeleteAsync(token), cancellationToken);

    /// <param name="name">What is deleted.</param>
    /// <param name="change">The transaction.</param>
    /// <param name="action">As the audit trail has it.</param>
    /// <param name="delete">Deletes the row; what is in it goes by the database's own rule.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    private static async Task<Outcome> DeleteAsync(
        string name,
        Change change,
        string action,
        Func<CancellationToken, Task<int>> delete,
        CancellationToken cancellationToken)
    {
        _ = ResourcePath.TryParse(name, out var scope);

        // First, because it locks access: whoever is to get a role on it comes before this, or finds it gone.
        var roles = await change.EndRolesAsync(scope!, cancellationToken);
        return await delete(cancellationToken) == 0
            ? throw Refusal.NotFound(name)
            : End(
                change,
                scope!.AccountId,
                action,
                name,
                JsonSerializer.Serialize(new ScopeDeleted(roles), ProjectJson.Default.ScopeDeleted));
    }

    private static Outcome End(Change change, Guid? account, string action, string name, string details = "{}")
    {
        change.Audit(account, action, name, details);
        return new Outcome(name, Existed: false);
    }
}
