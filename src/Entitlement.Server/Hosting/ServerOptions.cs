using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Hosting;

/// <summary>Where and how the server listens. Section <c>Server</c>; checked when the server starts.</summary>
internal sealed class ServerOptions : IValidatableObject
{
    public const string Section = "Server";

    /// <summary>
    /// Where gRPC is served, by HTTP/2 alone: with <c>https://</c> under TLS, with <c>http://</c> in plain text (h2c).
    /// Default: port 5080 on 127.0.0.1, under TLS when a certificate is configured.
    /// </summary>
    public string? GrpcListen { get; init; }

    /// <summary>
    /// Where <c>/.well-known/jwks.json</c> is served, by HTTP/1.1, and nothing else. Default: port 5081 on 127.0.0.1, under
    /// TLS when a certificate is configured.
    /// </summary>
    public string? HttpListen { get; init; }

    /// <summary>PEM file: the server's certificate, then those that lead to its root. Read anew when it changes.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file: the private key of <see cref="CertificateFile"/>. Read anew when it changes.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>Whether plain text may be served to other machines, because something before the server ends TLS.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>
    /// Addresses and networks (<c>10.0.0.0/8, 2001:db8::1</c>) of the proxies before the server, whose
    /// <c>X-Forwarded-For</c> says who calls. Default: none, and the header means nothing.
    /// </summary>
    public string? TrustedProxies { get; init; }

    /// <summary>Whether gRPC reflection is served, which tells anybody the contract (it is public anyway).</summary>
    public bool Reflection { get; init; } = true;

    /// <summary>How many calls one connection may have open; more wait at the client.</summary>
    [Range(1, 10_000)]
    public int MaxStreamsPerConnection { get; init; } = 250;

    /// <summary>
    /// How long the server says <c>NOT_SERVING</c> before it stops to accept calls, so that a load balancer turns away
    /// first. Default: not at all.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan DrainDelay { get; init; } = TimeSpan.Zero;

    /// <summary>How long calls that run may take to end once the server stops; then they are cut off.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// What the <c>Help</c> of each error links to; the name of the reason in the contract follows it. Default: the place in
    /// the sources where each reason is explained.
    /// </summary>
    [Required]
    public string HelpBase { get; init; } = "protos/entitlement/v1/errors.proto#";

    public bool HasCertificate => !string.IsNullOrEmpty(CertificateFile);

    /// <summary>Only after validation.</summary>
    public ListenAddress GrpcAddress => ListenAddress.Parse(GrpcListen ?? Default(5080));

    /// <summary>Only after validation.</summary>
    public ListenAddress HttpAddress => ListenAddress.Parse(HttpListen ?? Default(5081));

    /// <summary>Only after validation.</summary>
    public IReadOnlyList<IPNetwork> ProxyNetworks => [.. ProxyTexts.Select(text => ParseNetwork(text)!.Value)];

    private string[] ProxyTexts =>
        (TrustedProxies ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!ListenAddress.TryParse(GrpcListen ?? Default(5080), out var grpc))
        {
            yield return Wrong(nameof(GrpcListen), ListenAddress.Rule);
        }

        if (!ListenAddress.TryParse(HttpListen ?? Default(5081), out var http))
        {
            yield return Wrong(nameof(HttpListen), ListenAddress.Rule);
        }

        if (string.IsNullOrEmpty(CertificateFile) != string.IsNullOrEmpty(CertificateKeyFile))
        {
            yield return Wrong(nameof(CertificateFile), $"and {Section}:{nameof(CertificateKeyFile)} belong together: set both or none");
        }

        if (ProxyTexts.Any(text => ParseNetwork(text) is null))
        {
            yield return Wrong(nameof(TrustedProxies), "must be IP addresses or networks, such as 10.0.0.0/8, divided by commas");
        }

        if (grpc is null || http is null)
        {
            yield break;
        }

        foreach (var result in ValidateTls(nameof(GrpcListen), grpc).Concat(ValidateTls(nameof(HttpListen), http)))
        {
            yield return result;
        }

        if (HasCertificate && !grpc.Tls && !http.Tls)
        {
            yield return Wrong(
                nameof(CertificateFile), $"would go unused: write https:// in {Section}:{nameof(GrpcListen)}, or remove the certificate");
        }
    }

    private IEnumerable<ValidationResult> ValidateTls(string name, ListenAddress address)
    {
        if (address.Tls && !HasCertificate)
        {
            yield return Wrong(
                name, $"is {address} and needs {Section}:{nameof(CertificateFile)} and {Section}:{nameof(CertificateKeyFile)}");
        }

        if (!address.Tls && !address.IsLoopback && !AllowPlaintext)
        {
            yield return Wrong(
                name,
                $"is {address}: plain text that other machines can reach. Configure a certificate and write https://, listen on "
                + $"127.0.0.1, or set {Section}:{nameof(AllowPlaintext)}=true if something before the server ends TLS");
        }
    }

    private static IPNetwork? ParseNetwork(string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return IPNetwork.TryParse(text, out var network) ? network : null;
    }

    private string Default(int port) => $"{(HasCertificate ? "https" : "http")}://127.0.0.1:{port}";

    private static ValidationResult Wrong(string name, string rule) => new($"{Section}:{name} {rule}.");
}

[OptionsValidator]
internal sealed partial class ServerOptionsValidator : IValidateOptions<ServerOptions>;
