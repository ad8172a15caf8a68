using Entitlement.Domain.Access;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class GroupConfiguration : IEntityTypeConfiguration<Group>
{
    public void Configure(EntityTypeBuilder<Group> builder)
    {
        builder.ToTable("Groups");
        builder.HasKey(group => group.Id);
        builder.HasIndex(group => new { group.AccountId, group.Id });
        builder.Property(group => group.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.Property(group => group.Revision).IsConcurrencyToken();
        builder.HasData(new
        {
            Id = Group.Administrators,
            DisplayName = "Administrators",
            Revision = 0,
            CreateTime = DateTimeOffset.UnixEpoch,
        });
    }
}

internal sealed class GroupMemberConfiguration : IEntityTypeConfiguration<GroupMember>
{
    public void Configure(EntityTypeBuilder<GroupMember> builder)
    {
        builder.ToTable("GroupMembers");
        builder.HasKey(member => new { member.GroupId, member.PrincipalId });
        builder.HasIndex(member => new { member.PrincipalId, member.GroupId });
        builder.HasOne<Group>().WithMany().HasForeignKey(member => member.GroupId).OnDelete(DeleteBehavior.Cascade);
    }
}
