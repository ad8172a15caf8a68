using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>A key and its value: text, or bytes when the key ends in <see cref="BinaryHeaderSuffix"/>.</summary>
    public sealed class Entry
    {
        // Header-Name of the gRPC protocol over HTTP/2.
        private static readonly SearchValues<char> KeyCharacters =
            SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz_-.");

        // Null when the value is bytes.
        private readonly string? _text;

        private readonly byte[] _bytes = [];

        /// <summary>An entry with text.</summary>
        /// <param name="key">Letters, digits, <c>_</c>, <c>-</c> and <c>.</c>; kept in lower case.</param>
        /// <param name="value">ASCII text.</param>
        /// <exception cref="ArgumentException">The key is not one, or is one of bytes.</exception>
        public Entry(string key, string value)
        {
            Key = Normalize(key);
            ArgumentNullException.ThrowIfNull(value);
            if (HasBinarySuffix(Key))
            {
                throw new ArgumentException($"The key '{Key}' ends in '{BinaryHeaderSuffix}': its value is bytes.", nameof(key));
            }

            _text = value;
        }

        /// <summary>An entry with bytes.</summary>
        /// <param name="key">Letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, ending in <see cref="BinaryHeaderSuffix"/>; kept in lower case.</param>
        /// <param name="valueBytes">Copied.</param>
        /// <exception cref="ArgumentException">The key is not one, or is one of text.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = Normalize(key);
            ArgumentNullException.ThrowIfNull(valueBytes);
            if (!HasBinarySuffix(Key))
            {
                throw new ArgumentException($"The key '{Key}' does not end in '{BinaryHeaderSuffix}': its value is text.", nameof(key));
            }

            _bytes = [.. valueBytes];
        }

        /// <summary>The key, in lower case.</summary>
        public string Key { get; }

        /// <summary>Whether the value is bytes.</summary>
        public bool IsBinary => _text is null;

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">The value is bytes.</exception>
        public string Value => _text
            ?? throw new InvalidOperationException($"The value of '{Key}' is bytes, not text.");

        /// <summary>A copy of the bytes; those of the ASCII text if the value is text.</summary>
        public byte[] ValueBytes => _text is null ? [.. _bytes] : Encoding.ASCII.GetBytes(_text);

        /// <summary>Key and value, bytes as base64.</summary>
        public override string ToString() => _text is null
            ? $"[Entry: key={Key}, valueBytes={Convert.ToBase64String(_bytes)}]"
            : $"[Entry: key={Key}, value={_text}]";

        private static bool HasBinarySuffix(string key) => key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        private static string Normalize(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            var normalized = key.ToLowerInvariant();
            return normalized.Length > 0 && !normalized.AsSpan().ContainsAnyExcept(KeyCharacters)
                ? normalized
                : throw new ArgumentException(
                    $"The key '{key}' must be one or more letters, digits, underscores, hyphens or dots.", nameof(key));
        }
    }
}
