using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;
using Batch = Entitlement.Domain.Projects.Batch;
using Project = Entitlement.Domain.Projects.Project;
using Wave = Entitlement.Domain.Projects.Wave;

namespace Entitlement.Server.Projects;

/// <summary>Reads projects, waves and batches, of lists those that the caller may read.</summary>
internal sealed class ProjectReader(EntitlementDbContext db, AccessDecider access)
{
    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    public async Task<V1.Project> GetAsync(ProjectName name, CancellationToken cancellationToken) =>
        (await db.Projects.Named(name).SingleOrDefaultAsync(cancellationToken) ?? throw Refusal.NotFound($"{name}")).ToMessage();

    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    public async Task<V1.Wave> GetAsync(WaveName name, CancellationToken cancellationToken) =>
        (await db.Waves.Named(name).SingleOrDefaultAsync(cancellationToken) ?? throw Refusal.NotFound($"{name}")).ToMessage();

    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    public async Task<V1.Batch> GetAsync(BatchName name, CancellationToken cancellationToken) =>
        (await db.Batches.Named(name).SingleOrDefaultAsync(cancellationToken) ?? throw Refusal.NotFound($"{name}")).ToMessage();

    /// <param name="account">Null for the projects of all accounts.</param>
    /// <param name="page">Which of them.</param>
    /// <param name="caller">Who may read them.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.NotFound"/>: there is no such account; <see cref="FailureReason.PermissionDenied"/>: nothing in it
    /// is for this caller.
    /// </exception>
    public async Task<(IReadOnlyList<Project> Rows, string NextPageToken)> ListAsync(
        AccountName? account, PageRequest page, Caller caller, CancellationToken cancellationToken)
    {
        var reached = db.ReachedProjects(await ReachAsync(caller, cancellationToken));
        var all = account is not { } of ? reached : reached.Where(row => row.AccountId == of.AccountId);
        var rows = await all
            .Where(row => row.Id > page.After)
            .OrderBy(row => row.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        if (rows.Count == 0 && account is { } name)
        {
            await RequireAsync(
                caller, $"{name}", () => db.Accounts.AnyAsync(row => row.Id == name.AccountId, cancellationToken), cancellationToken);
        }

        return page.Cut(rows, row => row.Id);
    }

    /// <inheritdoc cref="ListAsync(AccountName?, PageRequest, Caller, CancellationToken)"/>
    public async Task<(IReadOnlyList<Wave> Rows, string NextPageToken)> ListAsync(
        ProjectName? project, PageRequest page, Caller caller, CancellationToken cancellationToken)
    {
        var reached = db.ReachedWaves(await ReachAsync(caller, cancellationToken));
        var all = project is not { } of
            ? reached
            : reached.Where(row => row.AccountId == of.AccountId && row.ProjectId == of.ProjectId);
        var rows = await all
            .Where(row => row.Id > page.After)
            .OrderBy(row => row.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        if (rows.Count == 0 && project is { } name)
        {
            await RequireAsync(caller, $"{name}", () => db.Projects.Named(name).AnyAsync(cancellationToken), cancellationToken);
        }

        return page.Cut(rows, row => row.Id);
    }

    /// <inheritdoc cref="ListAsync(AccountName?, PageRequest, Caller, CancellationToken)"/>
    public async Task<(IReadOnlyList<Batch> Rows, string NextPageToken)> ListAsync(
        WaveName? wave, PageRequest page, Caller caller, CancellationToken cancellationToken)
    {
        var reached = db.ReachedBatches(await ReachAsync(caller, cancellationToken));
        var all = wave is not { } of
            ? reached
            : reached.Where(row => row.AccountId == of.AccountId && row.ProjectId == of.ProjectId && row.WaveId == of.WaveId);
        var rows = await all
            .Where(row => row.Id > page.After)
            .OrderBy(row => row.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        if (rows.Count == 0 && wave is { } name)
        {
            await RequireAsync(caller, $"{name}", () => db.Waves.Named(name).AnyAsync(cancellationToken), cancellationToken);
        }

        return page.Cut(rows, row => row.Id);
    }

    private ValueTask<AccessReach> ReachAsync(Caller caller, CancellationToken cancellationToken) =>
        access.ReachAsync(caller, Permission.ProjectRead, cancellationToken);

    /// <summary>An empty list is an answer for whoever may read what it is a list of; to all others it says whom to ask.</summary>
    private async Task RequireAsync(
        Caller caller, string parent, Func<Task<bool>> exists, CancellationToken cancellationToken)
    {
        await access.RequireAsync(caller, Permission.ProjectRead, parent, cancellationToken);
        if (!await exists())
        {
            throw Refusal.NotFound(parent);
        }
    }
}
