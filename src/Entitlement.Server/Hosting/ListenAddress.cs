using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Entitlement.Server.Hosting;

/// <summary>An address to listen on: <c>http://</c> or <c>https://</c>, an IP address, <c>localhost</c> or <c>*</c>, and a port.</summary>
/// <param name="Tls">Whether the scheme is <c>https</c>.</param>
/// <param name="Address">Null for <c>localhost</c>: the loopback addresses of both IP versions.</param>
/// <param name="Port">0 lets the operating system choose one.</param>
internal sealed record ListenAddress(bool Tls, IPAddress? Address, int Port)
{
    public const string Rule = "must look like http://127.0.0.1:5080: http or https, an IP address, localhost or *, and a port";

    /// <summary>Whether nobody outside this machine can reach it.</summary>
    public bool IsLoopback => Address is null || IPAddress.IsLoopback(Address);

    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = null;
        var tls = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!tls && !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = text[(tls ? "https://" : "http://").Length..].TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        if (colon < 0
            || !int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > IPEndPoint.MaxPort
            || !TryParseHost(rest[..colon], out var host))
        {
            return false;
        }

        address = new ListenAddress(tls, host, port);
        return true;
    }

    /// <exception cref="FormatException">The text is none; options are validated, so this is a fault of ours.</exception>
    public static ListenAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' {Rule}.");

    public override string ToString()
    {
        var host = Address is null ? "localhost" : new IPEndPoint(Address, Port).ToString();
        return $"{(Tls ? "https" : "http")}://{host}{(Address is null ? $":{Port}" : "")}";
    }

    private static bool TryParseHost(string text, out IPAddress? address)
    {
        address = null;
        switch (text)
        {
            case "localhost":
                return true;
            case "*" or "+":
                address = IPAddress.IPv6Any;
                return true;
            default:
                return IPAddress.TryParse(text.AsSpan().Trim("[]"), out address);
        }
    }
}
