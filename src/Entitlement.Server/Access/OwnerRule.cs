using System.Net;

namespace Entitlement.Server.Access;

/// <summary>Tells whether a call comes from this very machine and not through a proxy on it.</summary>
internal static class OwnerRule
{
    /// <summary>
    /// What proxies add, and what becomes of it once a trusted one was believed. One on this machine is not its owner: it
    /// speaks for whoever reached it.
    /// </summary>
    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Real-IP", "X-Envoy-External-Address"];

    public static bool IsOwner(HttpContext context) =>
        IsLoopback(context.Connection.RemoteIpAddress)
        && !context.Request.Headers.Keys.Any(name =>
            name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
            || ProxyHeaders.Contains(name, StringComparer.OrdinalIgnoreCase));

    public static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
