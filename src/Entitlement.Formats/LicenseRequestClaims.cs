using System.Collections.Immutable;
using System.Text.Json;

namespace Entitlement.Formats;

/// <summary>
/// The payload of a <c>.lrq</c>. Unknown members are refused: what is signed must be what is understood.
/// </summary>
internal static class LicenseRequestClaims
{
    public const int MaxCodeLength = 128;

    private static readonly string[] Members =
    [
        "jti", "iat", "aud", "ver", "op", "slc", "product", "product_version", "build_date", "machine", "devices",
        "gen", "replaces",
    ];

    private static readonly string[] MachineMembers = ["name", "components"];
    private static readonly string[] DeviceMembers = ["id", "feature", "model"];
    private static readonly string[] Operations = ["activate", "refresh", "replace"];

    public static string Name(LicenseRequestOperation operation) => Operations[(int)operation];

    public static LicenseRequest Read(ReadOnlySpan<byte> utf8)
    {
        var claims = new Claims();
        var json = new StrictJsonReader(utf8, "payload", "");
        json.BeginObject();
        while (json.NextMember(Members, out var member))
        {
            ReadMember(member, ref json, claims);
        }

        json.End();
        return claims.ToRequest();
    }

    public static byte[] Write(LicenseRequest request) => JsonText.Write(json =>
    {
        json.WriteString("jti", request.Jti.ToString("D"));
        json.WriteNumber("iat", request.IssueTime.ToUnixTimeSeconds());
        WriteOptional(json, "aud", request.Audience);
        json.WriteNumber("ver", 1);
        json.WriteString("op", Name(request.Operation));
        json.WriteString("slc", request.Slc);
        json.WriteString("product", request.Product);
        json.WriteString("product_version", request.ProductVersion);
        json.WriteString("build_date", request.BuildDate.ToText());
        json.WriteStartObject("machine");
        json.WriteString("name", request.Machine.Name);
        request.Machine.Components.Write(json);
        json.WriteEndObject();
        json.WriteStartArray("devices");
        foreach (var device in request.Devices)
        {
            json.WriteStartObject();
            json.WriteString("id", device.Id);
            json.WriteString("feature", device.Feature);
            WriteOptional(json, "model", device.Model);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("gen", request.Generation);
        WriteOptional(json, "replaces", request.Replaces);
    });

    private static void ReadMember(string? member, ref StrictJsonReader json, Claims claims)
    {
        switch (member)
        {
            case "jti":
                claims.Jti = json.ReadUuid();
                break;
            case "iat":
                claims.IssueTime = json.ReadInstant();
                break;
            case "aud":
                claims.Audience = json.ReadString();
                break;
            case "ver":
                json.ReadVersion();
                claims.HasVersion = true;
                break;
            case "op":
                claims.Operation = ReadOperation(ref json);
                break;
            case "slc":
                claims.Slc = json.ReadString();
                break;
            case "product":
                claims.Product = json.ReadString();
                break;
            case "product_version":
                claims.ProductVersion = json.ReadString();
                break;
            case "build_date":
                claims.BuildDate = json.ReadDate();
                break;
            case "machine":
                claims.Machine = ReadMachine(ref json);
                break;
            case "devices":
                claims.Devices = ReadDevices(ref json);
                break;
            case "gen":
                claims.Generation = (int)json.ReadInteger(0, int.MaxValue);
                break;
            case "replaces":
                claims.Replaces = json.ReadString();
                break;
            default:
                json.RefuseUnknown();
                break;
        }
    }

    private static LicenseRequestOperation ReadOperation(ref StrictJsonReader json) =>
        Array.IndexOf(Operations, json.ReadString()) is var index and >= 0
            ? (LicenseRequestOperation)index
            : throw json.Refuse(FileFormatCode.BadText, "must be activate, refresh or replace",
                "Name one of the three.");

    private static RequestingMachine ReadMachine(ref StrictJsonReader json)
    {
        string? name = null;
        MachineComponents? components = null;
        json.BeginObject();
        while (json.NextMember(MachineMembers, out var member))
        {
            switch (member)
            {
                case "name":
                    name = json.ReadString();
                    break;
                case "components":
                    components = MachineComponents.Read(ref json, refuseUnknown: true);
                    break;
                default:
                    json.RefuseUnknown();
                    break;
            }
        }

        return new RequestingMachine(
            StrictJsonValues.Required(name, "machine.name"),
            StrictJsonValues.Required(components, "machine.components"));
    }

    private static ImmutableArray<RequestedDevice> ReadDevices(ref StrictJsonReader json)
    {
        var devices = ImmutableArray.CreateBuilder<RequestedDevice>();
        var seen = new HashSet<(string Feature, string Id)>();
        json.BeginArray();
        while (json.NextItem(LicenseRequest.MaxDevices))
        {
            var device = ReadDevice(ref json, devices.Count);
            if (!seen.Add((device.Feature, device.Id)))
            {
                throw json.Refuse(FileFormatCode.DuplicateMember,
                    "is a device that stands in the list already, under the same feature",
                    "List each device once under a feature.");
            }

            devices.Add(device);
        }

        return devices.DrainToImmutable();
    }

    private static RequestedDevice ReadDevice(ref StrictJsonReader json, int index)
    {
        string? id = null, feature = null, model = null;
        json.BeginObject();
        while (json.NextMember(DeviceMembers, out var member))
        {
            switch (member)
            {
                case "id":
                    id = json.ReadString(maxLength: MaxCodeLength);
                    break;
                case "feature":
                    feature = json.ReadString(maxLength: MaxCodeLength);
                    break;
                case "model":
                    model = json.ReadString();
                    break;
                default:
                    json.RefuseUnknown();
                    break;
            }
        }

        return new RequestedDevice(
            id ?? throw StrictJsonValues.Missing($"devices[{index}].id"),
            feature ?? throw StrictJsonValues.Missing($"devices[{index}].feature"),
            model);
    }

    private static void WriteOptional(Utf8JsonWriter json, string member, string? value)
    {
        if (value is not null)
        {
            json.WriteString(member, value);
        }
    }

    private sealed class Claims
    {
        public Guid? Jti { get; set; }

        public DateTimeOffset? IssueTime { get; set; }

        public string? Audience { get; set; }

        public bool HasVersion { get; set; }

        public LicenseRequestOperation? Operation { get; set; }

        public string? Slc { get; set; }

        public string? Product { get; set; }

        public string? ProductVersion { get; set; }

        public DateOnly? BuildDate { get; set; }

        public RequestingMachine? Machine { get; set; }

        public ImmutableArray<RequestedDevice> Devices { get; set; } = [];

        public int? Generation { get; set; }

        public string? Replaces { get; set; }

        public LicenseRequest ToRequest()
        {
            var operation = StrictJsonValues.Required(Operation, "op");
            if (!HasVersion)
            {
                throw StrictJsonValues.Missing("ver");
            }

            if (operation == LicenseRequestOperation.Replace)
            {
                StrictJsonValues.Required(Replaces, "replaces");
            }
            else if (Replaces is not null)
            {
                throw new FileFormatException(FileFormatCode.UnexpectedMember, "replaces",
                    "may stand only in a request with op replace", "Take it out, or make a request with op replace.");
            }

            return new LicenseRequest
            {
                Jti = StrictJsonValues.Required(Jti, "jti"),
                IssueTime = StrictJsonValues.Required(IssueTime, "iat"),
                Audience = Audience,
                Operation = operation,
                Slc = StrictJsonValues.Required(Slc, "slc"),
                Product = StrictJsonValues.Required(Product, "product"),
                ProductVersion = StrictJsonValues.Required(ProductVersion, "product_version"),
                BuildDate = StrictJsonValues.Required(BuildDate, "build_date"),
                Machine = StrictJsonValues.Required(Machine, "machine"),
                Devices = Devices,
                Generation = StrictJsonValues.Required(Generation, "gen"),
                Replaces = Replaces,
            };
        }
    }
}
