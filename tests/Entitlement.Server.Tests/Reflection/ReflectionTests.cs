using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Alpha = Grpc.Reflection.V1Alpha;

namespace Entitlement.Server.Tests.Reflection;

public sealed class ReflectionTests : IAsyncLifetime
{
    private EntitlementHost _host = null!;

    public async Task InitializeAsync() => _host = await EntitlementHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Lists_the_served_services()
    {
        var answer = Assert.Single(await AskAsync(new ServerReflectionRequest { ListServices = "" }));

        var names = answer.ListServicesResponse.Service.Select(service => service.Name).ToList();
        Assert.Contains("entitlement.v1.KeyService", names);
        Assert.Contains("grpc.health.v1.Health", names);
        Assert.Contains("grpc.reflection.v1.ServerReflection", names);
        Assert.Contains("grpc.reflection.v1alpha.ServerReflection", names);
    }

    [Theory]
    [InlineData("entitlement.v1.KeyService")]
    [InlineData("entitlement.v1.KeyService.GetJwks")]
    [InlineData("entitlement.v1.GetJwksResponse")]
    [InlineData("entitlement.v1.GetJwksResponse.jwks")]
    public async Task Finds_a_file_by_what_it_defines_with_all_that_it_imports(string symbol)
    {
        var answer = Assert.Single(await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol }));

        var files = FilesOf(answer).Select(file => file.Name).ToList();
        Assert.Equal("entitlement/v1/key_service.proto", files[0]);
        Assert.Contains("entitlement/v1/authorization.proto", files);
        Assert.Contains("google/protobuf/descriptor.proto", files);
    }

    [Theory]
    [InlineData("entitlement.v1.Permission")]
    [InlineData("entitlement.v1.PERMISSION_NONE")]
    [InlineData("entitlement.v1.requires")]
    public async Task Finds_enums_their_values_and_extensions(string symbol)
    {
        var answer = Assert.Single(await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol }));

        Assert.Equal("entitlement/v1/authorization.proto", FilesOf(answer)[0].Name);
    }

    [Fact]
    public async Task Finds_extensions_by_number_and_lists_their_numbers()
    {
        var extension = new ExtensionRequest { ContainingType = "google.protobuf.MethodOptions", ExtensionNumber = 50001 };
        var answers = await AskAsync(
            new ServerReflectionRequest { FileContainingExtension = extension },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "google.protobuf.MethodOptions" },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "entitlement.v1.GetJwksRequest" });

        Assert.Equal("entitlement/v1/authorization.proto", FilesOf(answers[0])[0].Name);
        Assert.Equal([50001], answers[1].AllExtensionNumbersResponse.ExtensionNumber);
        Assert.Empty(answers[2].AllExtensionNumbersResponse.ExtensionNumber);
    }

    [Fact]
    public async Task Sends_a_file_that_several_import_once_in_a_conversation()
    {
        var answers = await AskAsync(
            new ServerReflectionRequest { FileByFilename = "entitlement/v1/key_service.proto" },
            new ServerReflectionRequest { FileByFilename = "grpc/health/v1/health.proto" },
            new ServerReflectionRequest { FileByFilename = "entitlement/v1/key_service.proto" });

        Assert.Equal(WithImports(KeyServiceReflection.Descriptor).Distinct().Count(), FilesOf(answers[0]).Count);
        Assert.Single(FilesOf(answers[1]));
        Assert.Equal("entitlement/v1/key_service.proto", Assert.Single(FilesOf(answers[2])).Name);
    }

    [Fact]
    public async Task Answers_what_it_does_not_know_and_goes_on()
    {
        var answers = await AskAsync(
            new ServerReflectionRequest { FileByFilename = "no/such.proto" },
            new ServerReflectionRequest { FileContainingSymbol = "no.such.Symbol" },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "no.such.Type" },
            new ServerReflectionRequest { Host = "only a host" },
            new ServerReflectionRequest { ListServices = "" });

        Assert.Equal(
            [StatusCode.NotFound, StatusCode.NotFound, StatusCode.NotFound, StatusCode.InvalidArgument],
            answers.Take(4).Select(answer => (StatusCode)answer.ErrorResponse.ErrorCode));
        Assert.Equal("no/such.proto", answers[0].OriginalRequest.FileByFilename);
        Assert.NotEmpty(answers[4].ListServicesResponse.Service);
    }

    [Fact]
    public async Task Tells_enough_to_call_a_method_without_its_protos()
    {
        var answer = Assert.Single(await AskAsync(new ServerReflectionRequest { FileContainingSymbol = "entitlement.v1.KeyService" }));
        // The file that was asked for, then what it imports, each after its own imports.
        var files = answer.FileDescriptorResponse.FileDescriptorProto;
        var method = FileDescriptor.BuildFromByteStrings(files.Skip(1).Append(files[0]))[^1].Services.Single()
            .FindMethodByName(nameof(KeyService.KeyServiceClient.GetJwks));
        var bytes = Marshallers.Create<byte[]>(value => value, value => value);

        using var call = _host.Anonymous.CreateCallInvoker().AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, method.Service.FullName, method.Name, bytes, bytes), null, default, []);

        Assert.Contains("\"keys\"", GetJwksResponse.Parser.ParseFrom(await call).Jwks, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_the_same_by_its_former_name()
    {
        var request = new ServerReflectionRequest { FileContainingSymbol = "entitlement.v1.KeyService" };
        using var call = new Alpha.ServerReflection.ServerReflectionClient(_host.Anonymous).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(Alpha.ServerReflectionRequest.Parser.ParseFrom(request.ToByteArray()));
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));

        var stable = Assert.Single(await AskAsync(request));

        Assert.Equal(stable.ToByteString(), call.ResponseStream.Current.ToByteString());
    }

    [Fact]
    public async Task Is_not_there_when_it_is_switched_off()
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings { Options = new() { ["Server:Reflection"] = "false" } });
        using var call = new ServerReflection.ServerReflectionClient(host.Anonymous).ServerReflectionInfo();

        var refusal = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode);
    }

    private static IEnumerable<string> WithImports(FileDescriptor file) =>
        file.Dependencies.SelectMany(WithImports).Prepend(file.Name);

    private static List<FileDescriptorProto> FilesOf(ServerReflectionResponse answer) =>
        [.. answer.FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom)];

    private async Task<List<ServerReflectionResponse>> AskAsync(params ServerReflectionRequest[] requests)
    {
        using var call = new ServerReflection.ServerReflectionClient(_host.Anonymous).ServerReflectionInfo();
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request);
        }

        await call.RequestStream.CompleteAsync();
        return await call.ResponseStream.ReadAllAsync().ToListAsync();
    }
}
