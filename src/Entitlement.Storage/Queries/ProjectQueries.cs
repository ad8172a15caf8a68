using Entitlement.Domain.Names;
using Entitlement.Domain.Projects;

namespace Entitlement.Storage.Queries;

/// <summary>
/// Finds projects and what is in them by their whole names, so that a permission on one account or project reaches nothing of
/// another.
/// </summary>
public static class ProjectQueries
{
    public static IQueryable<Project> Named(this IQueryable<Project> projects, ProjectName name)
    {
        var (account, id) = name;
        return projects.Where(row => row.AccountId == account && row.Id == id);
    }

    public static IQueryable<Wave> Named(this IQueryable<Wave> waves, WaveName name)
    {
        var (account, project, id) = name;
        return waves.Where(row => row.AccountId == account && row.ProjectId == project && row.Id == id);
    }

    public static IQueryable<Batch> Named(this IQueryable<Batch> batches, BatchName name)
    {
        var (account, project, wave, id) = name;
        return batches.Where(
            row => row.AccountId == account && row.ProjectId == project && row.WaveId == wave && row.Id == id);
    }
}
