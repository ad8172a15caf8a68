using System.Collections.Frozen;

namespace Entitlement.Client.Fingerprint;

/// <summary>
/// What stands where nobody wrote a serial number. The same on thousands of machines, so it tells none apart.
/// </summary>
internal static class JunkValues
{
    private const int ShortestSerial = 4;

    private static readonly FrozenSet<string> Exact = FrozenSet.Create(StringComparer.Ordinal,
        "none", "unknown", "n/a", "not specified", "not available", "not applicable", "not present",
        "not settable", "invalid",
        "default", "default string", "empty", "uninitialized", "o.e.m.", "oem", "null", "undefined", "serial",
        "type1family",
        "system serial number", "base board serial number", "chassis serial number", "system product name",
        "0123456789", "123456789", "1234567890", "012345678", "0123456789abcdef", "123456789abcdef", "12345678",
        "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc", "fefefefe-fefe-fefe-fefe-fefefefefefe");

    private static readonly string[] Parts =
        ["to be filled", "by o.e.m", "not specified", "default string", "no asset"];

    /// <param name="text">In normal form.</param>
    public static bool IsJunk(string text) =>
        text.Length < ShortestSerial
        || Exact.Contains(text)
        || Parts.Any(part => text.Contains(part, StringComparison.Ordinal))
        || text.Where(char.IsLetterOrDigit).Distinct().Count() <= 1

        // QEMU numbers its disks from 1 on every machine.
        || text.StartsWith("qm0000", StringComparison.Ordinal)
        || text.Contains("harddisk_qm0000", StringComparison.Ordinal);
}
