using System.Reflection;
using System.Runtime.CompilerServices;
using Entitlement.V1;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using Microsoft.Data.SqlClient;
using Microsoft.SqlServer.Server;

namespace Entitlement.Compat.Tests.References;

public sealed class ReferenceTests : IDisposable
{
    private static readonly Dictionary<string, string> ContractFiles = new[]
    {
        typeof(Metadata).Assembly, typeof(ICompressionProvider).Assembly, typeof(IBinarySerialize).Assembly,
    }.ToDictionary(assembly => assembly.GetName().Name!, assembly => assembly.Location);

    private readonly Dictionary<string, ContractAssembly> _contracts =
        ContractFiles.ToDictionary(file => file.Key, file => new ContractAssembly(file.Value));

    /// <summary>Everything beside the tests that refers to a contract assembly, those for other systems included.</summary>
    public static TheoryData<string> Consumers => new(ConsumerFiles);

    public void Dispose()
    {
        foreach (var contract in _contracts.Values)
        {
            contract.Dispose();
        }
    }

    [Theory]
    [InlineData("Entitlement.Contracts.dll")]
    [InlineData("Grpc.AspNetCore.Server.dll")]
    [InlineData("Grpc.Net.Client.dll")]
    [InlineData("Microsoft.Data.SqlClient.dll")]
    public void Looks_at_every_package_that_refers_to_a_contract_assembly(string name) =>
        Assert.Contains(name, ConsumerFiles.Select(Path.GetFileName));

    [Theory]
    [MemberData(nameof(Consumers))]
    public void Holds_every_type_and_member_that_is_referred_to(string path)
    {
        using var consumer = Open(path);

        var (count, missing) = ReferenceCheck.Run(consumer, _contracts);

        Assert.Equal("", string.Join('\n', missing));
        Assert.NotEqual(0, count);
    }

    [Theory]
    [MemberData(nameof(Consumers))]
    public void Bears_the_name_version_and_key_that_are_asked_for(string path)
    {
        using var consumer = Open(path);

        foreach (var asked in consumer.Assemblies.Where(name => _contracts.ContainsKey(name.Name!)))
        {
            var identity = _contracts[asked.Name!].Identity;
            Assert.Equal(asked.Version, identity.Version);
            Assert.Equal(asked.GetPublicKeyToken(), identity.GetPublicKeyToken());
        }
    }

    [Fact]
    public void Misses_what_a_contract_assembly_lacks()
    {
        using var consumer = Open("Grpc.AspNetCore.Server.dll");
        using var other = new ContractAssembly(ContractFiles["Grpc.Net.Common"]);

        var (_, missing) = ReferenceCheck.Run(
            consumer, new Dictionary<string, ContractAssembly> { ["Grpc.Core.Api"] = other });

        Assert.Contains("type Grpc.Core.Metadata", missing);
        Assert.Contains("Grpc.Core.Metadata: instance Add(System.String, System.String) : System.Void", missing);
        Assert.Contains("Grpc.Core.ServerCallContext overridden: instance get_HostCore() : System.String", missing);
    }

    public static TheoryData<string> Runtime => new(
        typeof(GrpcServiceOptions).Assembly.Location,
        typeof(GrpcChannel).Assembly.Location,
        typeof(SqlConnection).Assembly.Location,
        typeof(ActivationService).Assembly.Location);

    /// <summary>The runtime's own word: an abstract member that is not overridden, or a constraint that differs, fails here.</summary>
    [Theory]
    [MemberData(nameof(Runtime))]
    public void Lets_the_runtime_load_every_type_and_compile_every_method(string path)
    {
        var types = Assembly.LoadFrom(path).GetTypes();
        const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.Public | BindingFlags.NonPublic;

        var methods = types.Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)))
            .Where(method => !method.IsAbstract && !method.ContainsGenericParameters)
            .Where(method => !method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
            .ToList();

        methods.ForEach(Compile);
        Assert.NotEmpty(methods);
    }

    private static void Compile(MethodBase method)
    {
        try
        {
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }
        catch (FileNotFoundException missing) when (!IsContract(missing.FileName))
        {
            // Packages that are left out on purpose: Contracts.props names them.
        }
        catch (PlatformNotSupportedException)
        {
            // Parts for other systems than this one.
        }
    }

    private static bool IsContract(string? assembly) =>
        assembly is not null && ContractFiles.ContainsKey(new AssemblyName(assembly).Name!);

    private static IEnumerable<string> ConsumerFiles =>
        Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll", SearchOption.AllDirectories)
            .Where(path => ConsumerAssembly.RefersTo(path, ContractFiles.Keys))
            .Select(path => Path.GetRelativePath(AppContext.BaseDirectory, path))
            .Order();

    private static ConsumerAssembly Open(string path) => new(Path.Combine(AppContext.BaseDirectory, path));
}
