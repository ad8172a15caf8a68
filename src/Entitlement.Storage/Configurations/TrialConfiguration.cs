using Entitlement.Domain.Activations;
using Entitlement.Domain.Trials;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

/// <remarks>
/// A directory over all accounts: a trial belongs to its machine, which may ask for licenses of several. So its id
/// alone is the key, and no foreign key leads to the license, which may go to another account.
/// </remarks>
internal sealed class TrialConfiguration : IEntityTypeConfiguration<Trial>
{
    public void Configure(EntityTypeBuilder<Trial> builder)
    {
        builder.ToTable("Trials", table => table.HasCheckConstraint(
            "CK_Trials_EndTime", "\"EndTime\" > \"StartTime\""));

        builder.HasKey(trial => trial.Id);
        builder.HasIndex(trial => new { trial.AccountId, trial.LicenseId, trial.Id });
        builder.Property(trial => trial.MachineName).HasMaxLength(Activation.MaxTextLength);
        builder.Property(trial => trial.Revision).IsConcurrencyToken();
    }
}
