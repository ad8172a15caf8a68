using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Estate;

/// <summary>A record of an import that was read, and keeps to the rules that need no look into the database.</summary>
internal abstract class ImportRecord
{
    /// <exception cref="EntitlementException">It breaks a rule.</exception>
    public static ImportRecord Parse(EstateRecord record) => record.RecordCase switch
    {
        EstateRecord.RecordOneofCase.Product => new ProductRecord(record.Product),
        EstateRecord.RecordOneofCase.Account => new AccountRecord(record.Account),
        EstateRecord.RecordOneofCase.License => new LicenseRecord(record.License),
        EstateRecord.RecordOneofCase.Activation => new ActivationRecord(record.Activation),
        _ => throw Refusal.InvalidArgument("record", "must be a product, an account, a license or an activation"),
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
        _ => "",
    };

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

    private static string LicenseOf(string activation) =>
        activation.LastIndexOf("/activations/", StringComparison.Ordinal) is var end and >= 0
            ? activation[..end]
            : activation;
}
