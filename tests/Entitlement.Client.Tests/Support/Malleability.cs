using System.Buffers.Text;
using System.Globalization;
using System.Numerics;

namespace Entitlement.Client.Tests.Support;

/// <summary>Writes an ECDSA signature anew without the key: (r, n − s) is as good as (r, s).</summary>
internal static class Malleability
{
    private static readonly BigInteger Order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static byte[] Negate(byte[] file)
    {
        var parts = RawJws.Parts(file);
        var signature = Base64Url.DecodeFromChars(parts[2]);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        var negated = (Order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32).Clear();
        negated.CopyTo(signature, 64 - negated.Length);
        return RawJws.Join(parts[0], parts[1], Base64Url.EncodeToString(signature));
    }
}
