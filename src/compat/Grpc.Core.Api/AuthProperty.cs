using System.Text;

namespace Grpc.Core;

/// <summary>One thing that a connection proves about the other side.</summary>
public class AuthProperty
{
    private readonly byte[] _value;

    private AuthProperty(string name, byte[] value)
    {
        Name = name;
        _value = value;
    }

    /// <summary>What it is, such as <c>x509_common_name</c>.</summary>
    public string Name { get; }

    /// <summary>The value as text, from UTF-8.</summary>
    public string Value => Encoding.UTF8.GetString(_value);

    /// <summary>A copy of the value.</summary>
    public byte[] ValueBytes => [.. _value];

    /// <summary>A property with this name and value.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="valueBytes">Copied.</param>
    public static AuthProperty Create(string name, byte[] valueBytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(valueBytes);
        return new AuthProperty(name, [.. valueBytes]);
    }
}
