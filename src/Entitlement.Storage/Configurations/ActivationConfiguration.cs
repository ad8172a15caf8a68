using Entitlement.Domain.Activations;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

/// <remarks>
/// No foreign key to the license: the seat update of the same transaction proves that it stands, and a key would make
/// the database lock the license's row at the first insert, for the whole transaction, where its seats are taken at the
/// end.
/// </remarks>
internal sealed class ActivationConfiguration : IEntityTypeConfiguration<Activation>
{
    /// <summary>
    /// The format's limits: 7 kinds of at most 16 hashes, 43 characters each, with their names and quotes.
    /// </summary>
    private const int MaxComponentsLength = 8_000;

    private const string EndedWithFile = "IX_Activations_Ended_FileExpireTime";

    private const string Awaited = "IX_Activations_Awaited";

    private const string OfTrial = "IX_Activations_Trial";

    public void Configure(EntityTypeBuilder<Activation> builder)
    {
        builder.ToTable("Activations", table =>
        {
            table.HasCheckConstraint("CK_Activations_Generation", "\"Generation\" >= 0");
            table.HasCheckConstraint(
                "CK_Activations_SeatGeneration",
                "\"SeatGeneration\" BETWEEN 1 AND \"Generation\" OR (\"SeatGeneration\" = 0 AND \"Generation\" = 0)");
            table.HasCheckConstraint(
                "CK_Activations_End",
                "(\"EndTime\" IS NULL AND \"End\" IS NULL) OR (\"EndTime\" IS NOT NULL AND \"End\" IS NOT NULL AND \"DeviceCount\" = 0)");
        });

        builder.HasKey(activation => new { activation.AccountId, activation.LicenseId, activation.Id });
        builder.HasIndex(activation => new { activation.AccountId, activation.LicenseId, activation.Thumbprint })
            .IsUnique();

        // Of those that have ended alone, so that taking a seat pays nothing for it: whose file runs on is asked of all
        // accounts at once.
        builder.HasIndex(activation => activation.FileExpireTime)
            .HasFilter("\"EndTime\" IS NOT NULL")
            .HasDatabaseName(EndedWithFile);

        // Both hold only what came from another system, so that taking a seat pays nothing for them.
        builder.HasIndex(activation => new { activation.AccountId, activation.LicenseId, activation.ExternalRef })
            .IsUnique()
            .HasFilter("\"ExternalRef\" IS NOT NULL");
        builder.HasIndex(activation => new { activation.AccountId, activation.LicenseId, activation.Id }, Awaited)
            .HasFilter("\"Generation\" = 0");

        // Of trials alone; over all accounts, as a trial is.
        builder.HasIndex(activation => activation.TrialId)
            .HasFilter("\"TrialId\" IS NOT NULL")
            .HasDatabaseName(OfTrial);
        builder.Property(activation => activation.Thumbprint).IsHash();
        builder.Property(activation => activation.ExternalRef).IsCode(Text.MaxExternalRefLength);
        builder.Property(activation => activation.MachineName).HasMaxLength(Activation.MaxTextLength);
        builder.Property(activation => activation.Components).HasMaxLength(MaxComponentsLength).IsUnicode(false);
        builder.Property(activation => activation.ProductVersion).HasMaxLength(Activation.MaxTextLength);
        builder.Property(activation => activation.Revision).IsConcurrencyToken();
    }
}
