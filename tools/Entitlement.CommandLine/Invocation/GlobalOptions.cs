using System.CommandLine;
using System.Globalization;

namespace Entitlement.CommandLine.Invocation;

/// <summary>The options that every command takes.</summary>
internal static class GlobalOptions
{
    public const string DefaultServer = "http://127.0.0.1:5080";
    public const string ServerVariable = "ENTITLEMENT_SERVER";
    public const string ApiKeyFileVariable = "ENTITLEMENT_API_KEY_FILE";

    public static Option<string?> Server { get; } = new("--server")
    {
        Description = $"Address of the service's gRPC port. [env: {ServerVariable}; default: {DefaultServer}]",
        HelpName = "URL",
        Recursive = true,
    };

    public static Option<string?> ApiKeyFile { get; } = new("--api-key-file")
    {
        Description = $"File that holds the API key, so that the key is in no process list and no history. [env: {ApiKeyFileVariable}; "
            + "default: the session of 'entitle sign-in', or on loopback the bootstrap key in the local data directory, if readable]",
        HelpName = "FILE",
        Recursive = true,
    };

    public static Option<string?> RootCa { get; } = new("--root-ca")
    {
        Description = "PEM file with the only root certificates to trust for the service's TLS. [default: the machine's]",
        HelpName = "FILE",
        Recursive = true,
    };

    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(30);

    public static Option<TimeSpan?> Timeout { get; } = new("--timeout")
    {
        Description = "How long to wait for each answer, such as 10s or 2m. [default: 30s]",
        HelpName = "DURATION",
        Recursive = true,
        CustomParser = result => Durations.Parse(result),
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "One JSON document on standard output; errors as JSON on standard error.",
        Recursive = true,
    };

    public static Option<string?> Field { get; } = new("--field")
    {
        Description = "Print only this field of the result, such as name or slc, as plain text.",
        HelpName = "NAME",
        Recursive = true,
    };

    public static IEnumerable<Option> All => [Server, ApiKeyFile, RootCa, Timeout, Json, Field];

    /// <summary>The service's address, from the option, the environment or the default.</summary>
    /// <exception cref="CommandFailure">It is no http or https address.</exception>
    public static Uri Address(ParseResult parse)
    {
        var fromEnvironment = Environment.GetEnvironmentVariable(ServerVariable);
        var (text, source) = parse.GetValue(Server) is { } given ? (given, "--server")
            : !string.IsNullOrEmpty(fromEnvironment) ? (fromEnvironment, ServerVariable)
            : (DefaultServer, "the default");

        return Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            && address.PathAndQuery == "/"
                ? address
                : throw CommandFailure.Usage(
                    string.Create(CultureInfo.InvariantCulture, $"{source}: '{text}' is no address of a service."),
                    $"Write scheme, host and port and nothing else, such as {DefaultServer} or https://licenses.example.com:5080.");
    }
}
