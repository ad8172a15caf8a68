using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Entitlement.Storage.Tests;

/// <summary>The model and its migrations, for every provider, whether or not its database is at hand.</summary>
public class ModelTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.SqlServer)]
    [InlineData(DatabaseKind.PostgreSql)]
    public void Has_a_migration_for_everything_in_the_model(DatabaseKind kind)
    {
        using var db = Create(kind);

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.SqlServer)]
    [InlineData(DatabaseKind.PostgreSql)]
    public void Migrates_to_the_very_schema_of_the_model(DatabaseKind kind)
    {
        using var db = Create(kind);

        // What only servers of the release before still use; it goes with the next one.
        var migrated = SchemaScript.Outcome(
                db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.NoTransactions))
            .Where(line => !line.StartsWith("Administrators:", StringComparison.Ordinal));
        var modelled = SchemaScript.Outcome(db.Database.GenerateCreateScript()).ToList();

        Assert.NotEmpty(modelled);
        Assert.Equal(modelled, migrated);
    }

    [Fact]
    public void Asks_a_SQL_Server_for_nothing_that_others_of_its_kind_lack()
    {
        using var db = Create(DatabaseKind.SqlServer);

        var script = db.GetService<IMigrator>().GenerateScript();

        Assert.Contains("CREATE TABLE [Licenses]", script);
        Assert.DoesNotMatch(@"(?i)\b(ALTER|CREATE)\s+DATABASE\b|\bMERGE\b|\bINCLUDE\b|\bWITH\s*\((?!.*INSERT)", script);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, "BLOB")]
    [InlineData(DatabaseKind.SqlServer, "binary(16)")]
    [InlineData(DatabaseKind.PostgreSql, "uuid")]
    public void Keeps_every_id_in_16_bytes(DatabaseKind kind, string type) =>
        Assert.All(Properties(kind, typeof(Guid)), property => Assert.Equal(type, property.GetColumnType()));

    [Theory]
    [InlineData(DatabaseKind.Sqlite, "INTEGER")]
    [InlineData(DatabaseKind.SqlServer, "bigint")]
    [InlineData(DatabaseKind.PostgreSql, "bigint")]
    public void Keeps_every_instant_in_a_long(DatabaseKind kind, string type) =>
        Assert.All(Properties(kind, typeof(DateTimeOffset)), property => Assert.Equal(type, property.GetColumnType()));

    [Fact]
    public void Bounds_every_text_but_an_audit_records_details_and_a_reports_features()
    {
        var unbounded = Properties(DatabaseKind.SqlServer, typeof(string))
            .Where(property => property.GetColumnType().Contains("max"))
            .Select(property => $"{property.DeclaringType.DisplayName()}.{property.Name}");

        // A thousand codes of features, which is what a report may name, are more than such a column can be bounded to.
        Assert.Equal(["AuditRecord.Details", "ProductContact.FeaturesInUse"], unbounded.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseKind.SqlServer, "Latin1_General_100_BIN2")]
    [InlineData(DatabaseKind.PostgreSql, "C")]
    public void Compares_every_code_by_its_code_points(DatabaseKind kind, string collation)
    {
        // A device id is kept as bytes.
        var codes = Properties(kind, typeof(string))
            .Where(property => property.GetColumnType().Contains("char", StringComparison.Ordinal))
            .Where(property => property.IsUnicode() == false || property.IsKey())
            .ToList();

        Assert.NotEmpty(codes);
        Assert.All(codes, property => Assert.Equal(collation, property.GetCollation()));
    }

    [Fact]
    public void Has_only_indexes_that_a_configuration_names()
    {
        using var db = Create(DatabaseKind.SqlServer);

        var indexes = db.GetService<IDesignTimeModel>().Model.GetEntityTypes()
            .SelectMany(entity => entity.GetIndexes())
            .Select(index => index.GetDatabaseName());

        Assert.Equal(
            [
                "IX_AccountAncestors_AncestorId_AccountId",
                "IX_Accounts_ParentId",
                "IX_Activations_AccountId_LicenseId_ExternalRef",
                "IX_Activations_AccountId_LicenseId_Thumbprint",
                "IX_Activations_Awaited",
                "IX_Activations_Ended_FileExpireTime",
                "IX_Activations_Trial",
                "IX_AuditRecords_Actor",
                "IX_AuditRecords_Block_Id",
                "IX_Batches_Id",
                "IX_ExternalIdentities_UserId_Issuer",
                "IX_FormerHolders_AccountId_LicenseId",
                "IX_GroupMembers_PrincipalId_GroupId",
                "IX_Groups_AccountId_Id",
                "IX_IdempotencyRecords_CreateTime",
                "IX_Invitations_UserId_AccountId",
                "IX_IssuedFiles_KeyId_FileId",
                "IX_Leases_AccountId_LicenseId_Feature_Until",
                "IX_Licenses_AccountId_RevokeTime",
                "IX_Memberships_UserId_AccountId",
                "IX_OutboxMessages_PersonId",
                "IX_OutboxMessages_State_DueTime",
                "IX_ParkedRequests_AccountId_LicenseId_Thumbprint",
                "IX_ParkedRequests_Id",
                "IX_ParkedRequests_Thumbprint_Jti",
                "IX_PasswordLinks_UserId_ExpireTime",
                "IX_Products_Code",
                "IX_Projects_Id",
                "IX_RoleAssignments_AccountId_Id",
                "IX_RoleAssignments_ScopeId_RoleId_Id",
                "IX_RoleAssignments_SubjectId_ScopeId_RoleId",
                "IX_ServiceAccountKeys_ServiceAccountId_Id",
                "IX_ServiceAccounts_AccountId_Id",
                "IX_Sessions_UserId_Id",
                "IX_SlcEntries_LicenseId",
                "IX_TrialMarks_TrialId",
                "IX_Trials_AccountId_LicenseId_Id",
                "IX_Users_Scope_Id",
                "IX_Waves_Id",
            ],
            indexes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Puts_the_account_first_in_keys_and_indexes_of_what_belongs_to_one()
    {
        using var db = Create(DatabaseKind.Sqlite);
        string[] directories =
            ["SlcEntry", "ExternalRefEntry", "CustomerNumberEntry", "AnsweredRequest", "FormerHolder", "Trial"];

        // Who calls is asked before any account is named, and may belong to the system; so principals, groups and what they
        // hold are found by their own ids.
        string[] principals = ["ServiceAccount", "Group", "RoleAssignment"];

        // What a stolen key signed, which files run on, what waits to be sealed or approved, what a machine tries, and lists of projects over all
        // accounts, are asked of every database in turn, should there be several.
        string[] overAll =
        [
            "IX_IssuedFiles_KeyId_FileId", "IX_Activations_Ended_FileExpireTime", "IX_AuditRecords_Block_Id", "IX_AuditRecords_Actor",
            "IX_ParkedRequests_Id", "IX_ParkedRequests_Thumbprint_Jti", "IX_AccountAncestors_AncestorId_AccountId",
            "IX_Invitations_UserId_AccountId", "IX_Memberships_UserId_AccountId", "IX_Activations_Trial",
            "IX_Projects_Id", "IX_Waves_Id", "IX_Batches_Id",
        ];
        var owned = db.Model.GetEntityTypes()
            .Where(entity => entity.FindProperty("AccountId") is not null && !directories.Contains(entity.ClrType.Name)
                && !principals.Contains(entity.ClrType.Name))
            .ToList();

        Assert.NotEmpty(owned);
        Assert.All(owned, entity => Assert.Equal("AccountId", entity.FindPrimaryKey()!.Properties[0].Name));
        Assert.All(
            owned.SelectMany(entity => entity.GetIndexes()).Where(index => !overAll.Contains(index.GetDatabaseName())),
            index => Assert.Equal("AccountId", index.Properties[0].Name));
    }

    private static List<IProperty> Properties(DatabaseKind kind, Type type)
    {
        using var db = Create(kind);
        var properties = db.GetService<IDesignTimeModel>().Model.GetEntityTypes()
            .SelectMany(entity => entity.GetProperties())
            .Where(property => (Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType) == type)
            .ToList();
        Assert.NotEmpty(properties);
        return properties;
    }

    private static EntitlementDbContext Create(DatabaseKind kind) => kind switch
    {
        DatabaseKind.Sqlite => new Sqlite.DesignTimeFactory().CreateDbContext([]),
        DatabaseKind.SqlServer => new SqlServer.DesignTimeFactory().CreateDbContext([]),
        DatabaseKind.PostgreSql => new PostgreSql.DesignTimeFactory().CreateDbContext([]),
    };
}
