using System.Collections.Immutable;

namespace Entitlement.Formats;

/// <summary>What was read of a license so far; the claims come of it when all that must be there is.</summary>
internal sealed class LicenseClaimsBuilder
{
    public Dictionary<string, string> Texts { get; } = [];

    public Dictionary<string, DateTimeOffset> Instants { get; } = [];

    public Guid? Jti { get; set; }

    public bool HasVersion { get; set; }

    public int? Generation { get; set; }

    public ImmutableArray<LicensedFeature>? Features { get; set; }

    public LicensedMachine? Machine { get; set; }

    public LicenseClaims ToClaims()
    {
        if (!HasVersion)
        {
            throw StrictJsonValues.Missing("ver");
        }

        return new LicenseClaims
        {
            Issuer = Text("iss"),
            Subject = Text("sub"),
            Jti = StrictJsonValues.Required(Jti, "jti"),
            IssueTime = StrictJsonValues.Required(Instant("iat"), "iat"),
            NotBefore = StrictJsonValues.Required(Instant("nbf"), "nbf"),
            ExpireTime = Instant("exp"),
            Generation = StrictJsonValues.Required(Generation, "gen"),
            Slc = Text("slc"),
            Account = Text("account"),
            Product = Text("product"),
            Edition = Texts.GetValueOrDefault("edition"),
            LicenseUntil = Instant("license_until"),
            CareUntil = Instant("care_until"),
            TrialUntil = Instant("trial_until"),
            Features = StrictJsonValues.Required(Features, "features"),
            Machine = StrictJsonValues.Required(Machine, "machine"),
            KeyThumbprint = Text("cnf.jkt"),
            OverlapUntil = Instant("overlap_until"),
            RequestHash = Text("lrq"),
        };
    }

    private string Text(string member) =>
        Texts.TryGetValue(member, out var text) ? text : throw StrictJsonValues.Missing(member);

    private DateTimeOffset? Instant(string member) =>
        Instants.TryGetValue(member, out var instant) ? instant : null;
}
