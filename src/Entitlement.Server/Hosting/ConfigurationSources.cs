namespace Entitlement.Server.Hosting;

/// <summary>Where the configuration comes from; what comes later wins.</summary>
internal static class ConfigurationSources
{
    /// <summary>The prefix of environment variables that can't be mistaken for another program's.</summary>
    private const string Prefix = "ENTITLEMENT_";

    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        // One line a call is ours to write; what the framework says beside it matters when it warns.
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Grpc"] = "Warning",
        // A start that fails is told by ServerCommand, in a line and without a stack trace.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "Critical",
        ["Logging:Console:FormatterName"] = "simple",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ",
    };

    /// <summary>
    /// The files <c>appsettings.json</c> and <c>appsettings.{environment}.json</c> beside the executable, environment
    /// variables (<c>Server__GrpcListen</c>, or <c>ENTITLEMENT_Server__GrpcListen</c>, which wins), the command line.
    /// </summary>
    public static void AddEntitlementSources(this ConfigurationManager configuration, string environment, string[] args)
    {
        configuration.AddInMemoryCollection(Defaults);
        configuration.SetBasePath(AppContext.BaseDirectory);
        configuration.AddJsonFile("appsettings.json", optional: true, reloadOnChange: false);
        configuration.AddJsonFile($"appsettings.{environment}.json", optional: true, reloadOnChange: false);
        configuration.AddEnvironmentVariables();
        configuration.AddEnvironmentVariables(Prefix);
        configuration.AddCommandLine(args);
    }
}
