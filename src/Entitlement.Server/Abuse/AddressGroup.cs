using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Entitlement.Server.Abuse;

/// <summary>
/// Addresses that are taken for one caller: an IPv4 address, or all IPv6 addresses with the same first 64 bits, of
/// which whoever has one has all.
/// </summary>
/// <param name="Prefix">Its first 64 bits; of IPv4 all 32.</param>
/// <param name="IsVersion6">Which of the two it is.</param>
internal readonly record struct AddressGroup(ulong Prefix, bool IsVersion6)
{
    /// <summary>
    /// Of the machine that calls, or of the one that a trusted proxy names. Connections without an address are one.
    /// </summary>
    public static AddressGroup Of(HttpContext call) => Of(call.Connection.RemoteIpAddress ?? IPAddress.None);

    public static AddressGroup Of(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        Span<byte> bytes = stackalloc byte[16];
        plain.TryWriteBytes(bytes, out _);
        return plain.AddressFamily == AddressFamily.InterNetworkV6
            ? new AddressGroup(BinaryPrimitives.ReadUInt64BigEndian(bytes), IsVersion6: true)
            : new AddressGroup(BinaryPrimitives.ReadUInt32BigEndian(bytes), IsVersion6: false);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!IsVersion6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Prefix);
            return $"{new IPAddress(bytes[..4])}";
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, Prefix);
        return $"{new IPAddress(bytes)}/64";
    }
}
