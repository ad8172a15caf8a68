using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Entitlement.Storage.PostgreSql;

/// <summary>Lets <c>dotnet ef</c> make migrations; it opens no database for that.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<EntitlementDbContext>
{
    public EntitlementDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<EntitlementDbContext>();
        PostgreSqlStorage.Configure(options, "Host=design-time");
        return new EntitlementDbContext(options.Options);
    }
}
