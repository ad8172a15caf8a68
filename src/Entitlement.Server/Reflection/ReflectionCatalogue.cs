using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Entitlement.Server.Reflection;

/// <summary>What reflection can tell: the served services, and every file that they stand on, by name, symbol and extension.</summary>
internal sealed class ReflectionCatalogue
{
    private readonly FrozenDictionary<string, FileDescriptor> _byFileName;
    private readonly Dictionary<string, FileDescriptor> _bySymbol = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    public ReflectionCatalogue(IEnumerable<ServiceDescriptor> services)
    {
        var served = services.ToList();
        Services = [.. served.Select(service => service.FullName).Order(StringComparer.Ordinal)];

        var files = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        foreach (var service in served)
        {
            Collect(service.File, files);
        }

        _byFileName = files.ToFrozenDictionary(StringComparer.Ordinal);
        foreach (var file in files.Values)
        {
            Index(file);
        }
    }

    /// <summary>Full names of the served services, in order.</summary>
    public IReadOnlyList<string> Services { get; }

    public FileDescriptor? FindFile(string name) => _byFileName.GetValueOrDefault(name);

    public FileDescriptor? FindFileOfSymbol(string symbol) => _bySymbol.GetValueOrDefault(symbol.TrimStart('.'));

    public FileDescriptor? FindFileOfExtension(string extendedType, int number) =>
        _extensions.GetValueOrDefault(extendedType.TrimStart('.'))?.GetValueOrDefault(number);

    /// <summary>Null when there is no such message; empty when it is not extended.</summary>
    public IReadOnlyCollection<int>? FindExtensionNumbers(string type)
    {
        var name = type.TrimStart('.');
        return _extensions.TryGetValue(name, out var numbers)
            ? numbers.Keys
            : FindFileOfSymbol(name)?.FindTypeByName<MessageDescriptor>(name[(name.LastIndexOf('.') + 1)..]) is null ? null : [];
    }

    /// <summary>The file and all that it imports, imports first.</summary>
    public static IEnumerable<FileDescriptor> WithImports(FileDescriptor file)
    {
        var files = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        Collect(file, files);
        return files.Values;
    }

    private static void Collect(FileDescriptor file, Dictionary<string, FileDescriptor> files)
    {
        if (files.ContainsKey(file.Name))
        {
            return;
        }

        foreach (var import in file.Dependencies)
        {
            Collect(import, files);
        }

        files.TryAdd(file.Name, file);
    }

    private void Index(FileDescriptor file)
    {
        foreach (var service in file.Services)
        {
            _bySymbol[service.FullName] = file;
            foreach (var method in service.Methods)
            {
                _bySymbol[method.FullName] = file;
            }
        }

        foreach (var message in file.MessageTypes)
        {
            Index(message);
        }

        foreach (var type in file.EnumTypes)
        {
            Index(type);
        }

        IndexExtensions(file.Extensions, file);
    }

    private void Index(MessageDescriptor message)
    {
        _bySymbol[message.FullName] = message.File;
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            _bySymbol[field.FullName] = message.File;
        }

        foreach (var oneof in message.Oneofs)
        {
            _bySymbol[oneof.FullName] = message.File;
        }

        foreach (var nested in message.NestedTypes)
        {
            Index(nested);
        }

        foreach (var type in message.EnumTypes)
        {
            Index(type);
        }

        IndexExtensions(message.Extensions, message.File);
    }

    private void Index(EnumDescriptor type)
    {
        _bySymbol[type.FullName] = type.File;
        // In the protocol a value is a sibling of its enum, not a child, as its descriptor has it.
        var scope = type.FullName[..^type.Name.Length];
        foreach (var value in type.Values)
        {
            _bySymbol[scope + value.Name] = type.File;
        }
    }

    private void IndexExtensions(ExtensionCollection extensions, FileDescriptor file)
    {
        foreach (var extension in extensions.UnorderedExtensions)
        {
            _bySymbol[extension.FullName] = file;
            if (!_extensions.TryGetValue(extension.ExtendeeType.FullName, out var numbers))
            {
                numbers = [];
                _extensions[extension.ExtendeeType.FullName] = numbers;
            }

            numbers[extension.FieldNumber] = file;
        }
    }
}
