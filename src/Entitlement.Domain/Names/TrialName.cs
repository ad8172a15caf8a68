namespace Entitlement.Domain.Names;

/// <summary><c>accounts/{account}/licenses/{license}/trials/{trial}</c>.</summary>
public readonly record struct TrialName(Guid AccountId, Guid LicenseId, Guid TrialId)
{
    public const string Format = "accounts/{account}/licenses/{license}/trials/{trial}";

    public LicenseName License => new(AccountId, LicenseId);

    /// <inheritdoc cref="ProductName.Parse"/>
    public static TrialName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["accounts", "licenses", "trials"], out var ids)
            ? new(ids[0], ids[1], ids[2])
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"accounts/{AccountId}/licenses/{LicenseId}/trials/{TrialId}";
}
