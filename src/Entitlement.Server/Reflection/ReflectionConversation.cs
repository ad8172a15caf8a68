using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Entitlement.Server.Reflection;

/// <summary>The questions of one stream. A file is sent once, however often it is imported.</summary>
internal sealed class ReflectionConversation(ReflectionCatalogue catalogue)
{
    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);

    public ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                return WithFile(response, catalogue.FindFile(request.FileByFilename));
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                return WithFile(response, catalogue.FindFileOfSymbol(request.FileContainingSymbol));
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                var extension = request.FileContainingExtension;
                return WithFile(response, catalogue.FindFileOfExtension(extension.ContainingType, extension.ExtensionNumber));
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                return WithNumbers(response, request.AllExtensionNumbersOfType);
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse
                {
                    Service = { catalogue.Services.Select(name => new ServiceResponse { Name = name }) },
                };
                return response;
            default:
                return WithError(response, StatusCode.InvalidArgument, "The request asks nothing that this server knows.");
        }
    }

    private ServerReflectionResponse WithFile(ServerReflectionResponse response, FileDescriptor? file)
    {
        if (file is null)
        {
            return WithError(response, StatusCode.NotFound, "This server has no such file, symbol or extension.");
        }

        // The file that was asked for stands first, and is sent again if it is asked for again.
        var imports = ReflectionCatalogue.WithImports(file).Where(import => import != file && _sent.Add(import.Name)).ToList();
        _sent.Add(file.Name);
        response.FileDescriptorResponse = new FileDescriptorResponse
        {
            FileDescriptorProto = { imports.Prepend(file).Select(each => each.SerializedData) },
        };
        return response;
    }

    private ServerReflectionResponse WithNumbers(ServerReflectionResponse response, string type)
    {
        if (catalogue.FindExtensionNumbers(type) is not { } numbers)
        {
            return WithError(response, StatusCode.NotFound, "This server has no such message.");
        }

        response.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = type, ExtensionNumber = { numbers } };
        return response;
    }

    private static ServerReflectionResponse WithError(ServerReflectionResponse response, StatusCode code, string message)
    {
        response.ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message };
        return response;
    }
}
