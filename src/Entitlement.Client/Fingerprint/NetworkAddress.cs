using System.Globalization;

namespace Entitlement.Client.Fingerprint;

/// <summary>
/// 48-bit addresses of network cards (EUI-48), as six pairs of hexadecimal digits with colons between.
/// </summary>
internal static class NetworkAddress
{
    private const int Length = 6;
    private const byte Multicast = 1;
    private const byte LocallyAdministered = 2;

    public static string ToText(ReadOnlySpan<byte> address) =>
        address.Length == Length ? BitConverter.ToString(address.ToArray()).Replace('-', ':').ToLowerInvariant() : "";

    /// <summary>
    /// Whether the maker of the card gave the address: not chosen by software, not a group's, not all zeros.
    /// </summary>
    public static bool IsOfMaker(string address)
    {
        var parts = address.Split(':');
        var bytes = new byte[Length];
        for (var index = 0; index < parts.Length; index++)
        {
            if (parts.Length != Length || !IsByte(parts[index], out bytes[index]))
            {
                return false;
            }
        }

        return (bytes[0] & (Multicast | LocallyAdministered)) == 0 && bytes.AsSpan().ContainsAnyExcept((byte)0);
    }

    private static bool IsByte(string text, out byte value)
    {
        value = 0;
        return text.Length == 2
            && byte.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
