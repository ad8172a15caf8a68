using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Entitlement.Storage.Sqlite;

/// <summary>Lets <c>dotnet ef</c> make migrations; it opens no database for that.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<EntitlementDbContext>
{
    public EntitlementDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<EntitlementDbContext>();
        SqliteStorage.Configure(options, "Data Source=design-time.db");
        return new EntitlementDbContext(options.Options);
    }
}
