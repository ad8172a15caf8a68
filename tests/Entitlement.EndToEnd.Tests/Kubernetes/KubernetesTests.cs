using System.Globalization;
using System.Text.Json.Nodes;
using Entitlement.Server.Hosting;

namespace Entitlement.EndToEnd.Tests.Kubernetes;

/// <summary>What would be applied to a cluster, as kubectl renders it.</summary>
public sealed class KubernetesTests
{
    private const string Embedded = "overlays/embedded";

    [Theory]
    [InlineData("base")]
    [InlineData(Embedded)]
    public async Task Sets_only_options_that_the_server_has(string folder)
    {
        var options = (await Rendering.OfAsync(folder)).Options();

        Assert.NotEmpty(options);
        Assert.All(options.Keys, option =>
        {
            var parts = option.Split(':');
            Assert.Contains(parts[1], OptionSections.All[parts[0]].Select(known => known.Name));
        });
    }

    [Theory]
    [InlineData("base")]
    [InlineData(Embedded)]
    public async Task Probes_the_port_of_the_health_service(string folder)
    {
        var rendering = await Rendering.OfAsync(folder);
        var health = new Uri(rendering.Options()["Health:Listen"].Replace("*", "any", StringComparison.Ordinal));

        Assert.All(
            ["startupProbe", "readinessProbe", "livenessProbe"],
            probe => Assert.Equal(health.Port, (int)rendering.Container[probe]!["grpc"]!["port"]!));
        Assert.Equal(Uri.UriSchemeHttp, health.Scheme);
    }

    [Theory]
    [InlineData("base")]
    [InlineData(Embedded)]
    public async Task Serves_others_under_tls_alone(string folder)
    {
        var rendering = await Rendering.OfAsync(folder);
        var options = rendering.Options();

        Assert.StartsWith("https://", options["Server:GrpcListen"], StringComparison.Ordinal);
        Assert.StartsWith("https://", options["Server:HttpListen"], StringComparison.Ordinal);
        Assert.DoesNotContain("Server:AllowPlaintext", options.Keys);
        Assert.Equal("/tls", Mount(rendering, "tls"));
        Assert.StartsWith("/tls/", options["Server:CertificateFile"], StringComparison.Ordinal);
        Assert.StartsWith("/tls/", options["Server:CertificateKeyFile"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("base")]
    [InlineData(Embedded)]
    public async Task Runs_with_no_more_rights_than_it_needs(string folder)
    {
        var rendering = await Rendering.OfAsync(folder);
        var pods = rendering.All
            .Where(item => item["spec"]?["template"] is not null)
            .Select(item => item["spec"]!["template"]!["spec"]!);

        Assert.All(pods, pod =>
        {
            Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!);
            Assert.Equal("RuntimeDefault", (string?)pod["securityContext"]!["seccompProfile"]!["type"]);
            Assert.False((bool)pod["automountServiceAccountToken"]!);
            Assert.All(pod["containers"]!.AsArray(), container =>
            {
                var context = container!["securityContext"]!;
                Assert.False((bool)context["allowPrivilegeEscalation"]!);
                Assert.True((bool)context["readOnlyRootFilesystem"]!);
                Assert.Equal(["ALL"], context["capabilities"]!["drop"]!.AsArray().Select(name => (string?)name));
            });
            Assert.Contains(pod["volumes"]!.AsArray(), volume => volume!["emptyDir"] is not null && (string?)volume["name"] == "tmp");
        });
        Assert.False((bool)rendering.Single("ServiceAccount")["automountServiceAccountToken"]!);
    }

    [Theory]
    [InlineData("base")]
    [InlineData(Embedded)]
    public async Task Waits_longer_for_a_pod_to_end_than_the_server_takes(string folder)
    {
        var rendering = await Rendering.OfAsync(folder);
        var options = rendering.Options();

        var takes = Duration(options["Server:DrainDelay"]) + Duration(options["Server:ShutdownTimeout"]);
        var waits = TimeSpan.FromSeconds((int)rendering.PodSpec["terminationGracePeriodSeconds"]!);

        Assert.True(waits >= takes + TimeSpan.FromSeconds(5), $"{waits} is too short for {takes}.");
    }

    [Theory]
    [InlineData("base")]
    [InlineData(Embedded)]
    public async Task Gives_the_runtime_two_processors(string folder) =>
        Assert.Equal("2", (string?)(await Rendering.OfAsync(folder)).Container["resources"]!["limits"]!["cpu"]);

    [Fact]
    public async Task Embedded_is_one_instance_on_one_volume()
    {
        var rendering = await Rendering.OfAsync(Embedded);
        var claim = rendering.Single("PersistentVolumeClaim");
        var options = rendering.Options();

        Assert.Equal(1, (int)rendering.Deployment["spec"]!["replicas"]!);
        Assert.Equal("Recreate", (string?)rendering.Deployment["spec"]!["strategy"]!["type"]);
        Assert.Null(rendering.Deployment["spec"]!["strategy"]!["rollingUpdate"]);
        Assert.Equal(["ReadWriteOncePod"], claim["spec"]!["accessModes"]!.AsArray().Select(mode => (string?)mode));
        Assert.Equal("Sqlite", options["Storage:Provider"]);
        Assert.Equal(options["Storage:DataDirectory"], Mount(rendering, "data"));
        Assert.Equal((string?)claim["metadata"]!["name"], (string?)Volume(rendering, "data")["persistentVolumeClaim"]!["claimName"]);
    }

    [Fact]
    public async Task Embedded_needs_neither_database_nor_keys_from_outside()
    {
        var rendering = await Rendering.OfAsync(Embedded);

        Assert.DoesNotContain(rendering.Options().Keys, option => option.StartsWith("Signing:", StringComparison.Ordinal));
        Assert.DoesNotContain("Storage:ConnectionString", rendering.Options().Keys);
        Assert.DoesNotContain(rendering.All, item => (string?)item["kind"] == "Job");
        Assert.DoesNotContain(rendering.PodSpec["volumes"]!.AsArray(), volume => (string?)volume!["name"] == "keys");
    }

    [Fact]
    public async Task Base_takes_keys_and_connection_from_secrets_and_migrates_by_a_job()
    {
        var rendering = await Rendering.OfAsync("base");
        var options = rendering.Options();
        var job = rendering.Single("Job")["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Single()!;

        Assert.True((int)rendering.Deployment["spec"]!["replicas"]! > 1);
        Assert.Equal("SqlServer", options["Storage:Provider"]);
        Assert.Equal((Mount(rendering, "keys"), "true"), (options["Signing:Directory"], options["Signing:GroupMayRead"]));
        Assert.Equal(["migrate"], job["args"]!.AsArray().Select(argument => (string?)argument));
        Assert.All(
            [rendering.Container, job],
            container => Assert.Equal("entitlement-storage", SecretOf(container, "Storage__ConnectionString")));
    }

    [Fact]
    public async Task On_PostgreSQL_servers_and_job_name_it_as_their_database()
    {
        var rendering = await Rendering.OfAsync("overlays/postgresql");
        var job = rendering.Single("Job")["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Single()!;

        Assert.All([rendering.Container, job], container => Assert.Equal("PostgreSql", ProviderOf(container)));
    }

    private static string? ProviderOf(JsonNode container) =>
        (string?)container["env"]!.AsArray().Single(item => (string?)item!["name"] == "Storage__Provider")!["value"];

    private static string? SecretOf(JsonNode container, string variable) =>
        (string?)container["env"]!.AsArray().Single(item => (string?)item!["name"] == variable)!["valueFrom"]!["secretKeyRef"]!["name"];

    private static string? Mount(Rendering rendering, string volume) => (string?)rendering.Container["volumeMounts"]!.AsArray()
        .Single(mount => (string?)mount!["name"] == volume)!["mountPath"];

    private static JsonNode Volume(Rendering rendering, string name) =>
        rendering.PodSpec["volumes"]!.AsArray().Single(volume => (string?)volume!["name"] == name)!;

    private static TimeSpan Duration(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
