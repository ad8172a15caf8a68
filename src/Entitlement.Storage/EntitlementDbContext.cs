using Entitlement.Domain.Access;
using Entitlement.Domain.Accounts;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Audit;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Notifications;
using Entitlement.Domain.People;
using Entitlement.Domain.Products;
using Entitlement.Domain.Projects;
using Entitlement.Domain.SignIn;
using Entitlement.Domain.Signing;
using Entitlement.Domain.Trials;
using Entitlement.Storage.Access;
using Entitlement.Storage.Directories;
using Entitlement.Storage.Idempotency;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage;

/// <summary>
/// All that the service keeps. A context from the pool reads without tracking; one that <see cref="Writing.Writer"/>
/// hands out tracks what it reads, and is the only one to save with.
/// </summary>
public sealed class EntitlementDbContext(DbContextOptions<EntitlementDbContext> options) : DbContext(options)
{
    /// <summary>To which version the transaction raised the clock of access; null when it did not.</summary>
    internal long? AccessVersion { get; set; }

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<Product> Products => Set<Product>();

    public DbSet<Project> Projects => Set<Project>();

    public DbSet<Wave> Waves => Set<Wave>();

    public DbSet<Batch> Batches => Set<Batch>();

    public DbSet<License> Licenses => Set<License>();

    public DbSet<FeatureLine> FeatureLines => Set<FeatureLine>();

    public DbSet<Activation> Activations => Set<Activation>();

    public DbSet<ActivationDevice> ActivationDevices => Set<ActivationDevice>();

    public DbSet<Lease> Leases => Set<Lease>();

    public DbSet<ProductContact> ProductContacts => Set<ProductContact>();

    public DbSet<SeatRelease> SeatReleases => Set<SeatRelease>();

    public DbSet<Trial> Trials => Set<Trial>();

    public DbSet<TrialMark> TrialMarks => Set<TrialMark>();

    public DbSet<ParkedRequest> ParkedRequests => Set<ParkedRequest>();

    public DbSet<ParkingTurn> ParkingTurns => Set<ParkingTurn>();

    public DbSet<IssuedFile> IssuedFiles => Set<IssuedFile>();

    public DbSet<IssuingStop> IssuingStops => Set<IssuingStop>();

    public DbSet<PublishedKey> PublishedKeys => Set<PublishedKey>();

    public DbSet<RevocationList> RevocationLists => Set<RevocationList>();

    public DbSet<KeyRevocationList> KeyRevocationLists => Set<KeyRevocationList>();

    public DbSet<AnsweredRequest> AnsweredRequests => Set<AnsweredRequest>();

    public DbSet<AuditRecord> AuditRecords => Set<AuditRecord>();

    public DbSet<SealedBlock> AuditBlocks => Set<SealedBlock>();

    public DbSet<OutboxMessage> OutboxMessages => Set<OutboxMessage>();

    public DbSet<User> Users => Set<User>();

    public DbSet<Membership> Memberships => Set<Membership>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<Group> Groups => Set<Group>();

    public DbSet<GroupMember> GroupMembers => Set<GroupMember>();

    public DbSet<ServiceAccount> ServiceAccounts => Set<ServiceAccount>();

    public DbSet<ServiceAccountKey> ServiceAccountKeys => Set<ServiceAccountKey>();

    public DbSet<PasswordCredential> PasswordCredentials => Set<PasswordCredential>();

    public DbSet<SignInFailures> SignInFailures => Set<SignInFailures>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<PasswordLink> PasswordLinks => Set<PasswordLink>();

    public DbSet<ExternalIdentity> ExternalIdentities => Set<ExternalIdentity>();

    public DbSet<Role> Roles => Set<Role>();

    public DbSet<RoleAssignment> RoleAssignments => Set<RoleAssignment>();

    public DbSet<AccessClock> AccessClock => Set<AccessClock>();

    public DbSet<AccessChange> AccessChanges => Set<AccessChange>();

    public DbSet<AccessCacheKey> AccessCacheKeys => Set<AccessCacheKey>();

    public DbSet<AccountAncestor> AccountAncestors => Set<AccountAncestor>();

    public DbSet<EmailEntry> EmailEntries => Set<EmailEntry>();

    public DbSet<CustomerNumberEntry> CustomerNumberEntries => Set<CustomerNumberEntry>();

    public DbSet<SlcEntry> SlcEntries => Set<SlcEntry>();

    public DbSet<ExternalRefEntry> ExternalRefEntries => Set<ExternalRefEntry>();

    public DbSet<FormerHolder> FormerHolders => Set<FormerHolder>();

    public DbSet<IdempotencyRecord> IdempotencyRecords => Set<IdempotencyRecord>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        Conventions.Configure(configurationBuilder, Database.ProviderName);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(EntitlementDbContext).Assembly);
        Conventions.Finish(modelBuilder, Database.ProviderName);
    }
}
