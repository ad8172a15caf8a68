using System.Collections.Immutable;
using System.Text.Json;

namespace Entitlement.Formats;

/// <summary>The payload of a <c>.lic</c>. Unknown members are passed over, for a later service may add some.</summary>
internal static class LicenseClaimsJson
{
    private static readonly string[] Members =
    [
        "iss", "sub", "jti", "iat", "nbf", "exp", "ver", "gen", "slc", "account", "product", "edition", "license_until",
        "care_until", "trial_until", "features", "machine", "cnf", "overlap_until", "lrq",
    ];

    private static readonly string[] FeatureMembers = ["code", "counts", "quantity", "devices"];
    private static readonly string[] MachineMembers = ["components", "match"];
    private static readonly string[] ConfirmationMembers = ["jkt"];
    private static readonly string[] Countings = ["license", "device", "lease"];

    public static LicenseClaims Read(ReadOnlySpan<byte> utf8)
    {
        var claims = new LicenseClaimsBuilder();
        var json = new StrictJsonReader(utf8, "payload", "");
        json.BeginObject();
        while (json.NextMember(Members, out var member))
        {
            ReadMember(member, ref json, claims);
        }

        json.End();
        return claims.ToClaims();
    }

    public static byte[] Write(LicenseClaims claims) => JsonText.Write(json =>
    {
        json.WriteString("iss", claims.Issuer);
        json.WriteString("sub", claims.Subject);
        json.WriteString("jti", claims.Jti.ToString("D"));
        WriteInstant(json, "iat", claims.IssueTime);
        WriteInstant(json, "nbf", claims.NotBefore);
        WriteInstant(json, "exp", claims.ExpireTime);
        json.WriteNumber("ver", 1);
        json.WriteNumber("gen", claims.Generation);
        json.WriteString("slc", claims.Slc);
        json.WriteString("account", claims.Account);
        json.WriteString("product", claims.Product);
        if (claims.Edition is not null)
        {
            json.WriteString("edition", claims.Edition);
        }

        WriteInstant(json, "license_until", claims.LicenseUntil);
        WriteInstant(json, "care_until", claims.CareUntil);
        WriteInstant(json, "trial_until", claims.TrialUntil);
        WriteFeatures(json, claims.Features);
        json.WriteStartObject("machine");
        claims.Machine.Components.Write(json);
        json.WriteNumber("match", claims.Machine.Match);
        json.WriteEndObject();
        json.WriteStartObject("cnf");
        json.WriteString("jkt", claims.KeyThumbprint);
        json.WriteEndObject();
        WriteInstant(json, "overlap_until", claims.OverlapUntil);
        json.WriteString("lrq", claims.RequestHash);
    });

    /// <summary>The name of a way of counting in files.</summary>
    public static string Name(FeatureCounting counting) => Countings[(int)counting];

    private static void ReadMember(string? member, ref StrictJsonReader json, LicenseClaimsBuilder claims)
    {
        switch (member)
        {
            case "iss" or "sub" or "slc" or "account" or "product" or "edition":
                claims.Texts[member] = json.ReadString();
                break;
            case "iat" or "nbf" or "exp" or "license_until" or "care_until" or "trial_until" or "overlap_until":
                claims.Instants[member] = json.ReadInstant();
                break;
            case "jti":
                claims.Jti = json.ReadUuid();
                break;
            case "ver":
                json.ReadVersion();
                claims.HasVersion = true;
                break;
            case "gen":
                claims.Generation = (int)json.ReadInteger(1, int.MaxValue);
                break;
            case "features":
                claims.Features = ReadFeatures(ref json);
                break;
            case "machine":
                claims.Machine = ReadMachine(ref json);
                break;
            case "cnf":
                claims.Texts["cnf.jkt"] = ReadConfirmation(ref json);
                break;
            case "lrq":
                claims.Texts[member] = json.ReadBase64UrlOf32Bytes();
                break;
            default:
                json.SkipValue();
                break;
        }
    }

    private static ImmutableArray<LicensedFeature> ReadFeatures(ref StrictJsonReader json)
    {
        var features = ImmutableArray.CreateBuilder<LicensedFeature>();
        json.BeginArray();
        // Bounded by the size of the file: each entry takes some bytes of it.
        while (json.NextItem(int.MaxValue))
        {
            features.Add(ReadFeature(ref json, $"features[{features.Count}]"));
        }

        return features.DrainToImmutable();
    }

    private static LicensedFeature ReadFeature(ref StrictJsonReader json, string path)
    {
        string? code = null;
        FeatureCounting? counting = null;
        int? quantity = null;
        ImmutableArray<string> devices = [];
        json.BeginObject();
        while (json.NextMember(FeatureMembers, out var member))
        {
            switch (member)
            {
                case "code":
                    code = json.ReadString(maxLength: LicenseRequestClaims.MaxCodeLength);
                    break;
                case "counts":
                    counting = ReadCounting(ref json);
                    break;
                case "quantity":
                    quantity = (int)json.ReadInteger(0, int.MaxValue);
                    break;
                case "devices":
                    devices = ReadDevices(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return new LicensedFeature(
            StrictJsonValues.Required(code, $"{path}.code"),
            StrictJsonValues.Required(counting, $"{path}.counts"),
            StrictJsonValues.Required(quantity, $"{path}.quantity"))
        {
            Devices = devices,
        };
    }

    private static FeatureCounting ReadCounting(ref StrictJsonReader json) =>
        Array.IndexOf(Countings, json.ReadString()) is var index and >= 0
            ? (FeatureCounting)index
            : throw json.Refuse(FileFormatCode.BadText, "must be license, device or lease",
                "Update the program that reads the file.");

    private static ImmutableArray<string> ReadDevices(ref StrictJsonReader json)
    {
        var devices = ImmutableArray.CreateBuilder<string>();
        json.BeginArray();
        while (json.NextItem(int.MaxValue))
        {
            devices.Add(json.ReadString(maxLength: LicenseRequestClaims.MaxCodeLength));
        }

        return devices.DrainToImmutable();
    }

    private static LicensedMachine ReadMachine(ref StrictJsonReader json)
    {
        MachineComponents? components = null;
        int? match = null;
        json.BeginObject();
        while (json.NextMember(MachineMembers, out var member))
        {
            switch (member)
            {
                case "components":
                    components = MachineComponents.Read(ref json, refuseUnknown: false);
                    break;
                case "match":
                    match = (int)json.ReadInteger(0, int.MaxValue);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        var known = StrictJsonValues.Required(components, "machine.components");
        return StrictJsonValues.Required(match, "machine.match") <= known.KindCount
            ? new LicensedMachine(known, match!.Value)
            : throw new FileFormatException(FileFormatCode.OutOfRange, "machine.match",
                $"must be at most {known.KindCount}, the number of kinds in machine.components",
                "Get the license file again.");
    }

    private static string ReadConfirmation(ref StrictJsonReader json)
    {
        string? thumbprint = null;
        json.BeginObject();
        while (json.NextMember(ConfirmationMembers, out var member))
        {
            if (member is not null)
            {
                thumbprint = json.ReadBase64UrlOf32Bytes();
            }
            else
            {
                json.SkipValue();
            }
        }

        return StrictJsonValues.Required(thumbprint, "cnf.jkt");
    }

    private static void WriteFeatures(Utf8JsonWriter json, ImmutableArray<LicensedFeature> features)
    {
        json.WriteStartArray("features");
        foreach (var feature in features)
        {
            json.WriteStartObject();
            json.WriteString("code", feature.Code);
            json.WriteString("counts", Name(feature.Counts));
            json.WriteNumber("quantity", feature.Quantity);
            json.WriteStartArray("devices");
            foreach (var device in feature.Devices)
            {
                json.WriteStringValue(device);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteInstant(Utf8JsonWriter json, string member, DateTimeOffset? instant)
    {
        if (instant is not null)
        {
            json.WriteNumber(member, instant.Value.ToUnixTimeSeconds());
        }
    }
}
