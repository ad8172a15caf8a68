using System.Buffers.Text;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Formats;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Enum = System.Enum;

namespace Entitlement.Server.Estate;

/// <summary>A record of an import that was read, and keeps to the rules that need no look into the database.</summary>
internal abstract class ImportRecord
{
    private const int HashLength = 32;

    /// <exception cref="EntitlementException">It breaks a rule.</exception>
    public static ImportRecord Parse(EstateRecord record) => record.RecordCase switch
    {
        EstateRecord.RecordOneofCase.Product => new ProductRecord(record.Product),
        EstateRecord.RecordOneofCase.Account => new AccountRecord(record.Account),
        EstateRecord.RecordOneofCase.License => new LicenseRecord(record.License),
        EstateRecord.RecordOneofCase.Activation => new ActivationRecord(record.Activation),
        EstateRecord.RecordOneofCase.Trial => new TrialRecord(record.Trial),
        _ => throw Refusal.InvalidArgument(
            "record", "must be a product, an account, a license, a trial or an activation"),
    };

    /// <summary>
    /// What records that rest on one another have in common: those take effect in their order, others side by side.
    /// </summary>
    public static string ChainOf(EstateRecord record) => record.RecordCase switch
    {
        EstateRecord.RecordOneofCase.Product => record.Product.Code,
        EstateRecord.RecordOneofCase.Account => $"{record.Account.ExternalRef} {record.Account.Name}",
        EstateRecord.RecordOneofCase.License => $"{record.License.ExternalRef} {record.License.Name}",
        EstateRecord.RecordOneofCase.Activation =>
            $"{record.Activation.LicenseRef} {record.Activation.License} {LicenseOf(record.Activation.Name)}",
        EstateRecord.RecordOneofCase.Trial =>
            $"{record.Trial.Name} {record.Trial.Components.FirstOrDefault()?.Hashes.FirstOrDefault()}",
        _ => "",
    };

    /// <summary>What accounts below it may call it; nothing of another kind, which rests on no record of its own.</summary>
    public static IEnumerable<string> NamesOf(EstateRecord record) => record.Account is { } account
        ? Given(account.Name, account.ExternalRef)
        : [];

    /// <summary>What it calls the account right above it.</summary>
    public static IEnumerable<string> ParentsOf(EstateRecord record) => record.Account is { } account
        ? Given(account.Parent, account.ParentRef)
        : [];

    /// <summary>Creates it, or finds it.</summary>
    /// <exception cref="EntitlementException">It is refused.</exception>
    public abstract Task<Outcome> RunAsync(ImportStep step, CancellationToken cancellationToken);

    protected static Origin OriginOf(Guid? id, Timestamp? createTime, string kind) => new()
    {
        Id = id,
        CreateTime = WantedLicense.ReadTime(createTime, $"{kind}.create_time"),
    };

    /// <summary>Without either the same record again would create another.</summary>
    protected static void RequireIdentity(string name, string externalRef, string kind)
    {
        if (name.Length == 0 && externalRef.Length == 0)
        {
            throw Refusal.InvalidArgument(
                $"{kind}.external_ref", "or name is needed, so that the same record again creates nothing twice");
        }
    }

    /// <summary>Exactly one says what it belongs to.</summary>
    protected static void RequireOneOf(string kind, params (string Field, string Value)[] fields)
    {
        if (fields.Count(field => field.Value.Length > 0) != 1)
        {
            throw Refusal.InvalidArgument(
                $"{kind}.{fields[0].Field}",
                $"or {string.Join(" or ", fields.Skip(1).Select(field => field.Field))} must be given, and not two of them");
        }
    }

    /// <summary>The hashes of components, checked one by one; a kind may come several times.</summary>
    /// <param name="components">What the record says.</param>
    /// <param name="field">The record's field, for the refusal.</param>
    protected static IEnumerable<(MachineComponentKind Kind, string Hash)> ReadHashes(
        IEnumerable<MachineComponent> components, string field)
    {
        foreach (var (i, component) in components.Index())
        {
            var kind = Enum.GetValues<MachineComponentKind>()
                .Where(kind => MachineComponents.Name(kind) == component.Kind)
                .Select(kind => (MachineComponentKind?)kind)
                .SingleOrDefault()
                ?? throw Refusal.InvalidArgument(
                    $"{field}[{i}].kind", "must be one of cpu, board, disk, mac, os, tpm and vm");
            if (component.Hashes.Count is < 1 or > MachineComponents.MaxHashesOfAKind)
            {
                throw Refusal.InvalidArgument(
                    $"{field}[{i}].hashes", $"must be 1 to {MachineComponents.MaxHashesOfAKind}");
            }

            foreach (var hash in component.Hashes)
            {
                ReadHash(hash, $"{field}[{i}].hashes");
                yield return (kind, hash);
            }
        }
    }

    /// <summary>In its one spelling, so that the same hash is the same text.</summary>
    protected static byte[] ReadHash(string text, string field) =>
        text.Length == Base64Url.GetEncodedLength(HashLength)
        && Base64Url.IsValid(text)
        && Base64Url.DecodeFromChars(text) is { Length: HashLength } hash
        && Base64Url.EncodeToString(hash) == text
            ? hash
            : throw Refusal.InvalidArgument(field, "must be a SHA-256 hash in the 43 characters of base64url");

    /// <summary>The license that a record names by one of two fields, or by its own name.</summary>
    /// <param name="step">Where to look.</param>
    /// <param name="kind">The record's kind, for the refusal.</param>
    /// <param name="reference">Its <c>license_ref</c>; empty for none.</param>
    /// <param name="license">Its <c>license</c>; empty for none.</param>
    /// <param name="own">The license in its own name; null for none.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.ReferenceUnknown"/>.</exception>
    protected static async Task<SoldLicense> FindLicenseAsync(
        ImportStep step,
        string kind,
        string reference,
        string license,
        LicenseName? own,
        CancellationToken cancellationToken)
    {
        if (reference.Length > 0)
        {
            return await step.FindLicenseAsync(reference, cancellationToken)
                ?? throw LicenseUnknown(kind, "license_ref", reference);
        }

        var (field, name) = own is { } named
            ? ("name", named)
            : ("license", LicenseName.Parse(license, $"{kind}.license"));
        return await step.FindLicenseAsync(name, cancellationToken) ?? throw LicenseUnknown(kind, field, $"{name}");
    }

    private static IEnumerable<string> Given(string name, string reference) =>
        new[] { $"name {name}", $"ref {reference}" }.Where(text => !text.EndsWith(' '));

    private static EntitlementException LicenseUnknown(string kind, string field, string reference) =>
        Refusal.ReferenceUnknown(
            $"{kind}.{field}", reference, $"Import the license before its {kind}s, or correct it.");

    private static string LicenseOf(string activation) =>
        activation.LastIndexOf("/activations/", StringComparison.Ordinal) is var end and >= 0
            ? activation[..end]
            : activation;
}
