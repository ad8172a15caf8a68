using Entitlement.Server.Hosting;
using Entitlement.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Tests.Hosting;

public class OptionsTests
{
    [Theory]
    [InlineData("Server:GrpcListn", "x", "Server:GrpcListn is no option. Did you mean Server:GrpcListen?")]
    [InlineData("Server:Certificate", "x", "Did you mean Server:CertificateFile?")]
    [InlineData("storage:datadir", "x", "Did you mean storage:DataDirectory?")]
    [InlineData("LicenseFile:Isuer", "x", "Did you mean LicenseFile:Issuer?")]
    [InlineData("Severs:GrpcListen", "x", "Severs is no section of options. Did you mean Server?")]
    [InlineData("Server:AllowPlaintext", "perhaps", "Server:AllowPlaintext must be true or false.")]
    [InlineData("Server:ShutdownTimeout", "soon", "Server:ShutdownTimeout must be a time span")]
    [InlineData("Server:MaxStreamsPerConnection", "many", "Server:MaxStreamsPerConnection must be a whole number.")]
    [InlineData("Server:Reflection:Deep", "true", "Server:Reflection must be true or false.")]
    [InlineData("Storage:Provider", "Oracle", "Storage:Provider must be one of Sqlite, SqlServer, PostgreSql.")]
    [InlineData("Storage:ConnectionString", "nonsense", "Storage:ConnectionString is no connection string of Sqlite.")]
    public async Task Refuses_what_it_does_not_understand(string key, string value, string complaint)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => StartAsync((key, value)));

        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Configuration, refusal.ExitCode);
    }

    [Theory]
    [InlineData("Server:GrpcListen", "localhost:5080", "Server:GrpcListen must look like http://127.0.0.1:5080")]
    [InlineData("Server:GrpcListen", "http://127.0.0.1", "Server:GrpcListen must look like")]
    [InlineData("Server:GrpcListen", "http://127.0.0.1:65536", "Server:GrpcListen must look like")]
    [InlineData("Server:GrpcListen", "http://example.com:80", "Server:GrpcListen must look like")]
    [InlineData("Server:HttpListen", "ftp://127.0.0.1:1", "Server:HttpListen must look like")]
    [InlineData("Server:GrpcListen", "https://127.0.0.1:0", "needs Server:CertificateFile and Server:CertificateKeyFile")]
    [InlineData("Server:CertificateFile", "a.pem", "Server:CertificateFile and Server:CertificateKeyFile belong together")]
    [InlineData("Server:MaxStreamsPerConnection", "0", "MaxStreamsPerConnection")]
    [InlineData("Server:TrustedProxies", "10.0.0.0/8, proxy", "Server:TrustedProxies must be IP addresses or networks")]
    [InlineData("Server:TrustedProxies", "10.0.0.0/33", "Server:TrustedProxies must be IP addresses or networks")]
    [InlineData("Abuse:FailuresPerAddress", "0", "FailuresPerAddress")]
    [InlineData("Abuse:MaxVerifications", "0", "MaxVerifications")]
    [InlineData("SignIn:MinPasswordLength", "7", "MinPasswordLength")]
    [InlineData("SignIn:PasswordRounds", "99999", "PasswordRounds")]
    [InlineData("SignIn:SessionIdleTime", "1.00:00:00", "SignIn:SessionIdleTime must not be longer than SignIn:SessionLifetime")]
    [InlineData("SignIn:LongestLock", "00:00:30", "SignIn:LongestLock must not be shorter than SignIn:FirstLock")]
    [InlineData("SignIn:Passwords", "false", "SignIn:Passwords can be false only with an OpenIdConnect:Issuer")]
    [InlineData("OpenIdConnect:Issuer", "http://id.example.com", "OpenIdConnect:Issuer must be an https:// address")]
    [InlineData("OpenIdConnect:Issuer", "https://id.example.com", "OpenIdConnect:Audience belong together")]
    [InlineData("OpenIdConnect:Audience", "us", "OpenIdConnect:Audience belong together")]
    [InlineData("OpenIdConnect:Algorithms", "RS256, HS256", "OpenIdConnect:Algorithms must be some of RS256")]
    [InlineData("OpenIdConnect:Algorithms", "none", "OpenIdConnect:Algorithms must be some of RS256")]
    [InlineData("OpenIdConnect:MaxKeyAge", "00:30:00", "OpenIdConnect:MaxKeyAge must not be shorter")]
    [InlineData("Health:Listen", "https://127.0.0.1:0", "Health:Listen must look like")]
    [InlineData("Health:ProbeInterval", "00:00:00", "ProbeInterval")]
    [InlineData("Access:CanaryInterval", "00:00:00", "CanaryInterval")]
    [InlineData("Storage:Provider", "SqlServer", "Storage:ConnectionString is required with the provider SqlServer.")]
    [InlineData("Storage:Provider", "PostgreSql", "Storage:ConnectionString is required with the provider PostgreSql.")]
    [InlineData("Signing:SigningKeyFile", "a.pem", "belong together: set all three or none")]
    [InlineData("LicenseFile:Issuer", "not a url", "LicenseFile:Issuer must be an absolute URL or URN")]
    [InlineData("LicenseFile:Lifetime", "00:00:01", "Lifetime")]
    [InlineData("Messages:Transport", "Smtp", "Messages:SmtpHost must be the name or the address of your mail server")]
    [InlineData("Messages:Transport", "Smtp", "Messages:From must be an address of yours")]
    [InlineData("Messages:From", "Vendor <a@example.com>", "Messages:From must be an e-mail address")]
    [InlineData("Messages:From", "jürgen@example.com", "Messages:From must be an e-mail address")]
    [InlineData("Messages:LoginAddress", "javascript:alert(1)", "Messages:LoginAddress must be an absolute http")]
    [InlineData("Messages:SetPasswordAddress", "https://a.example/#x", "Messages:SetPasswordAddress must be")]
    [InlineData("Messages:RetryAfter", "00:00:00", "RetryAfter")]
    [InlineData("Redis:Configuration", "localhost,sssl=true", "Redis:Configuration must look like host:6379")]
    [InlineData("Redis:Configuration", ",", "Redis:Configuration must look like host:6379")]
    [InlineData("Redis:Password", "secret", "Redis:Password needs a Redis:Configuration")]
    [InlineData("Redis:KeyPrefix", "a b", "KeyPrefix")]
    [InlineData("Redis:Timeout", "00:00:10", "Timeout")]
    public async Task Refuses_a_value_that_breaks_a_rule(string key, string value, string complaint)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync((key, value)));

        Assert.Contains(complaint, string.Join('\n', refusal.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mail.example.com", "None", "entitlement", "secret", "which would show the password to the network")]
    [InlineData("mail.example.com", "StartTls", "entitlement", "", "belong together: set both or none")]
    [InlineData("mail example", "StartTls", "", "", "Messages:SmtpHost must be")]
    public async Task Refuses_a_mail_server_that_would_harm(string host, string security, string user, string password, string complaint)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(
            ("Messages:Transport", "Smtp"), ("Messages:From", "licenses@example.com"), ("Messages:SmtpHost", host),
            ("Messages:SmtpSecurity", security), ("Messages:SmtpUser", user), ("Messages:SmtpPassword", password)));

        Assert.Contains(complaint, string.Join('\n', refusal.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Server:GrpcListen", "http://0.0.0.0:0")]
    [InlineData("Server:GrpcListen", "http://*:0")]
    [InlineData("Server:HttpListen", "http://[::]:0")]
    [InlineData("Server:HttpListen", "http://192.0.2.1:0")]
    public async Task Refuses_plain_text_that_other_machines_can_reach(string key, string address)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync((key, address)));

        Assert.Contains("set Server:AllowPlaintext=true", string.Join('\n', refusal.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warns_at_each_start_of_plain_text_that_is_allowed()
    {
        var settings = new HostSettings
        {
            Options = new() { ["Server:GrpcListen"] = "http://0.0.0.0:0", ["Server:AllowPlaintext"] = "true" },
        };
        await using var host = await EntitlementHost.StartAsync(settings);
        await host.StopAsync();
        await host.StartAgainAsync();

        var warnings = host.Logs.Lines.Where(line => line is { EventId: 1001, Level: LogLevel.Warning }).ToList();

        Assert.Equal(2, warnings.Count);
        Assert.All(warnings, line => Assert.Contains("Server:GrpcListen", line.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refuses_a_certificate_that_no_port_uses()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(("Server:CertificateFile", "a.pem"), ("Server:CertificateKeyFile", "b.pem")));

        Assert.Contains("would go unused", string.Join('\n', refusal.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Listens_under_tls_by_default_once_a_certificate_is_configured()
    {
        var plain = new ServerOptions();
        var secure = new ServerOptions { CertificateFile = "a.pem", CertificateKeyFile = "b.pem" };

        Assert.Equal(["http://127.0.0.1:5080", "http://127.0.0.1:5081"], [$"{plain.GrpcAddress}", $"{plain.HttpAddress}"]);
        Assert.Equal(["https://127.0.0.1:5080", "https://127.0.0.1:5081"], [$"{secure.GrpcAddress}", $"{secure.HttpAddress}"]);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Database=entitlement")]
    [InlineData("Host=localhost;Pasword=secret")]
    public async Task Refuses_what_is_no_connection_string_and_does_not_repeat_it(string connectionString)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(async () =>
        {
            await using var app = Composition.Build(
                ["--Storage:Provider=PostgreSql", $"--Storage:ConnectionString={connectionString}"]);
        });

        Assert.Equal("Storage:ConnectionString is no connection string of PostgreSql.", refusal.Message);
    }

    [Fact]
    public async Task Needs_a_name_of_its_own_on_a_shared_database()
    {
        await using var app = Composition.Build(["--Storage:Provider=SqlServer", "--Storage:ConnectionString=Server=nowhere"]);

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => Startup.PrepareAsync(app.Services, CancellationToken.None));

        Assert.Contains("LicenseFile:Issuer must be set", string.Join('\n', refusal.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Stand_all_in_the_table_for_operators()
    {
        var table = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "README.md"));

        var missing = OptionSections.All
            .SelectMany(section => section.Value.Select(option => $"`{section.Key}:{option.Name}`"))
            .Where(option => !table.Contains(option, StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    private static async Task StartAsync(params (string Key, string Value)[] options)
    {
        var settings = new HostSettings { Options = options.ToDictionary(option => option.Key, option => (string?)option.Value) };
        await using var host = await EntitlementHost.StartAsync(settings);
    }
}
