using Entitlement.Domain.Accounts;
using Entitlement.Domain.Names;
using Entitlement.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class ProjectConfiguration : IEntityTypeConfiguration<Project>
{
    public void Configure(EntityTypeBuilder<Project> builder)
    {
        builder.ToTable("Projects");
        builder.HasKey(project => new { project.AccountId, project.Id });

        // In the order of a list over all accounts.
        builder.HasIndex(project => project.Id);
        builder.Property(project => project.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.HasOne<Account>().WithMany()
            .HasForeignKey(project => project.AccountId)
            .OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class WaveConfiguration : IEntityTypeConfiguration<Wave>
{
    public void Configure(EntityTypeBuilder<Wave> builder)
    {
        builder.ToTable("Waves");
        builder.HasKey(wave => new { wave.AccountId, wave.ProjectId, wave.Id });
        builder.HasIndex(wave => wave.Id);
        builder.Property(wave => wave.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.HasOne<Project>().WithMany()
            .HasForeignKey(wave => new { wave.AccountId, wave.ProjectId })
            .OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class BatchConfiguration : IEntityTypeConfiguration<Batch>
{
    public void Configure(EntityTypeBuilder<Batch> builder)
    {
        builder.ToTable("Batches");
        builder.HasKey(batch => new { batch.AccountId, batch.ProjectId, batch.WaveId, batch.Id });
        builder.HasIndex(batch => batch.Id);
        builder.Property(batch => batch.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.HasOne<Wave>().WithMany()
            .HasForeignKey(batch => new { batch.AccountId, batch.ProjectId, batch.WaveId })
            .OnDelete(DeleteBehavior.Cascade);
    }
}
