using System.Globalization;
using System.Text.Json;

namespace Entitlement.Formats;

/// <summary>The kinds of value that our files have beside plain strings and numbers.</summary>
internal static class StrictJsonValues
{
    /// <summary>9999-12-31T23:59:59Z, the last second that can be written as a date.</summary>
    public const long LastSecond = 253_402_300_799;

    private const string DateFormat = "yyyy-MM-dd";

    /// <summary>NumericDate of RFC 7519, in whole seconds.</summary>
    public static DateTimeOffset ReadInstant(this ref StrictJsonReader json) =>
        DateTimeOffset.FromUnixTimeSeconds(json.ReadInteger(0, LastSecond));

    public static DateOnly ReadDate(this ref StrictJsonReader json) =>
        DateOnly.TryParseExact(
            json.ReadString(), DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw json.Refuse(FileFormatCode.BadText, "must be a date as YYYY-MM-DD", "Write the date so.");

    public static string ToText(this DateOnly date) => date.ToString(DateFormat, CultureInfo.InvariantCulture);

    /// <summary>One text for each id: were upper case accepted too, one request would have two names.</summary>
    public static Guid ReadUuid(this ref StrictJsonReader json)
    {
        var text = json.ReadString();
        return Guid.TryParseExact(text, "D", out var id)
            && string.Equals(id.ToString("D"), text, StringComparison.Ordinal)
            ? id
            : throw json.Refuse(FileFormatCode.BadText,
                "must be a UUID in lower case, as 8-4-4-4-12 hexadecimal digits", "Make a new UUID and write it so.");
    }

    /// <summary>A SHA-256 or a coordinate: 32 bytes as 43 characters of canonical base64url.</summary>
    public static string ReadBase64UrlOf32Bytes(this ref StrictJsonReader json)
    {
        var text = json.ReadString();
        return CanonicalBase64Url.TryDecode(text, 32) is not null
            ? text
            : throw json.Refuse(FileFormatCode.NotCanonicalBase64Url,
                "must be 32 bytes in canonical base64url (43 characters)", "Encode the bytes so, without padding.");
    }

    /// <exception cref="FileFormatException">The object knows no other members.</exception>
    public static void RefuseUnknown(this ref StrictJsonReader json) =>
        throw json.Refuse(FileFormatCode.UnknownMember, "is not a member of this object in format version 1",
            "Take it out, or make the file with a version of the format that has it.");

    public static FileFormatException Missing(string member) =>
        new(FileFormatCode.MissingMember, member, "is missing", "Add it.");

    public static T Required<T>(T? value, string member)
        where T : struct => value ?? throw Missing(member);

    public static T Required<T>(T? value, string member)
        where T : class => value ?? throw Missing(member);

    /// <summary>Reads <c>ver</c>, of which each format so far has one value.</summary>
    public static void ReadVersion(this ref StrictJsonReader json)
    {
        if (json.ReadInteger(0, int.MaxValue) != 1)
        {
            throw UnknownVersion();
        }
    }

    /// <summary>
    /// Reads claims of format version 1. Where they break a rule and say that they are of another version, that is the
    /// refusal: its reader must be told to update, not that a member is strange.
    /// </summary>
    public static T ReadVersioned<T>(byte[] payload, ReadClaims<T> read)
    {
        try
        {
            return read(payload);
        }
        catch (FileFormatException refusal) when (
            refusal.Code is not (FileFormatCode.BadJson or FileFormatCode.UnknownVersion)
                && IsOfAnotherVersion(payload))
        {
            throw UnknownVersion();
        }
    }

    public delegate T ReadClaims<out T>(ReadOnlySpan<byte> utf8);

    private static bool IsOfAnotherVersion(byte[] payload)
    {
        var json = new Utf8JsonReader(payload);
        try
        {
            while (json.Read())
            {
                if (json is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1, ValueIsEscaped: false }
                    && json.ValueTextEquals("ver"u8))
                {
                    return json.Read() && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var version)
                        && version != 1;
                }
            }
        }
        catch (JsonException)
        {
            // Then the refusal that led here stands.
        }

        return false;
    }

    private static FileFormatException UnknownVersion() =>
        new(FileFormatCode.UnknownVersion, "ver", "must be 1, the only version of this format that is known here",
            "Update the program that reads the file, or make the file in version 1.");
}
