using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Entitlement.Storage.SqlServer;

/// <summary>Lets <c>dotnet ef</c> make migrations; it opens no database for that.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<EntitlementDbContext>
{
    public EntitlementDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<EntitlementDbContext>();
        SqlServerStorage.Configure(options, "Server=design-time", maxBatchSize: null);
        return new EntitlementDbContext(options.Options);
    }
}
