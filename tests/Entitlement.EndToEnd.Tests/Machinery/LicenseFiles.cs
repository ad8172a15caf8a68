using System.Buffers.Text;
using System.Text;

namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>Does to license files what a cheat would.</summary>
internal static class LicenseFiles
{
    /// <summary>Writes a copy that grants more and keeps the signature.</summary>
    public static async Task<string> AlterAsync(string license, string copy)
    {
        var parts = (await File.ReadAllTextAsync(license)).Split('.');
        var claims = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1]));
        var generous = claims.Replace("\"gen\":1", "\"gen\":9", StringComparison.Ordinal);
        Assert.NotEqual(claims, generous);
        parts[1] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(generous));
        await File.WriteAllTextAsync(copy, string.Join('.', parts));
        return copy;
    }
}
