using Entitlement.Domain.Access;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class RoleConfiguration : IEntityTypeConfiguration<Role>
{
    private const int MaxScopeKindsLength = 128;

    public void Configure(EntityTypeBuilder<Role> builder)
    {
        builder.ToTable("Roles");
        builder.HasKey(role => role.Id);
        builder.Property(role => role.Id).IsCode(Text.MaxRoleIdLength);
        builder.Property(role => role.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.Property(role => role.Description).HasMaxLength(Role.MaxDescriptionLength);
        builder.Property(role => role.Permissions).IsCode(Role.MaxListLength);
        builder.Property(role => role.Assigns).IsCode(Role.MaxListLength);
        builder.Property(role => role.ScopeKinds).IsCode(MaxScopeKindsLength);
        builder.Property(role => role.Revision).IsConcurrencyToken();
    }
}

internal sealed class RoleAssignmentConfiguration : IEntityTypeConfiguration<RoleAssignment>
{
    public void Configure(EntityTypeBuilder<RoleAssignment> builder)
    {
        builder.ToTable("RoleAssignments");
        builder.HasKey(assignment => assignment.Id);

        // What decides: whatever a principal and its groups hold on the few scopes above a thing. Also why nobody holds a
        // role twice.
        builder.HasIndex(assignment => new { assignment.SubjectId, assignment.ScopeId, assignment.RoleId }).IsUnique();

        // Who holds what on a scope, and what is to go with it.
        builder.HasIndex(assignment => new { assignment.ScopeId, assignment.RoleId, assignment.Id });

        // All of an account's, in the order of a list.
        builder.HasIndex(assignment => new { assignment.AccountId, assignment.Id });
        builder.Property(assignment => assignment.RoleId).IsCode(Text.MaxRoleIdLength);
        builder.Property(assignment => assignment.ScopeName).IsCode(RoleAssignment.MaxScopeNameLength);
        builder.HasData(new
        {
            Id = Group.AdministratorsAssignment,
            SubjectKind = PrincipalKind.Group,
            SubjectId = Group.Administrators,
            RoleId = Role.SystemAdministrator,
            ScopeKind = ScopeKind.System,
            ScopeId = Guid.Empty,
            ScopeName = "",
            CreateTime = DateTimeOffset.UnixEpoch,
        });
    }
}
