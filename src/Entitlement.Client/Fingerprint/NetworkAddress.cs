using System.Globalization;

namespace Entitlement.Client.Fingerprint;

/// <summary>48-bit addresses of network cards (EUI-48), as six pairs of hexadecimal digits with colons between.</summary>
internal static class NetworkAddress
{
    private const int Length = 6;
    private const byte Multicast = 1;
    private const byte LocallyAdministered = 2;

    public static string ToText(ReadOnlySpan<byte> address) =>
        address.Length == Length ? string.Join(':', address.ToArray().Select(part => part.ToString("x2", CultureInfo.InvariantCulture))) : "";

    /// <summary>Whether the maker of the card gave the address: not chosen by software, not a group's, not all zeros.</summary>
    public static bool IsOfMaker(string address)
    {
        var parts = address.Split(':');
        return parts.Length == Length
            && parts.All(part => part.Length == 2 && byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
            && (byte.Parse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & (Multicast | LocallyAdministered)) == 0
            && parts.Any(part => part != "00");
    }
}
