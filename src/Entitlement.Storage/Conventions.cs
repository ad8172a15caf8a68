using System.Text;
using Entitlement.Domain.Licenses;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Entitlement.Storage;

/// <summary>How values are written, the same for every table and every provider.</summary>
public static class Conventions
{
    /// <summary>SHA-256.</summary>
    internal const int HashLength = 32;

    private const string PostgreSql = "Npgsql.EntityFrameworkCore.PostgreSQL";

    private const int GuidLength = 16;

    /// <summary>
    /// The precision of every stored instant. Cut before use, so that an answer and its repetition are alike.
    /// </summary>
    public static DateTimeOffset ToWholeMilliseconds(this DateTimeOffset instant) =>
        DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());

    internal static void Configure(ModelConfigurationBuilder conventions, string? provider)
    {
        // PostgreSQL's own type is compared byte by byte in the order of the text, as the bytes are elsewhere.
        if (provider != PostgreSql)
        {
            conventions.Properties<Guid>().HaveConversion<BigEndianGuid>().HaveMaxLength(GuidLength).AreFixedLength();
        }

        conventions.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
        conventions.Properties<Slc>()
            .HaveConversion<SlcText>()
            .HaveMaxLength(Slc.Length)
            .AreFixedLength()
            .AreUnicode(false);

        // Indexes are the ones that a configuration names: no foreign key here is walked from its far side.
        conventions.Conventions.Remove<ForeignKeyIndexConvention>();
    }

    /// <summary>What can only be said once the whole model is known.</summary>
    internal static void Finish(ModelBuilder model, string? provider)
    {
        var collation = OrdinalCollation(provider);
        foreach (var property in model.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            if (property.IsKey())
            {
                // Keys come from the domain; the empty one would be a fault to be seen, not a gap to be filled.
                property.ValueGenerated = ValueGenerated.Never;
            }

            if (IsText(property) && (property.IsUnicode() == false || property.IsKey()))
            {
                property.SetCollation(collation);
            }
        }
    }

    /// <summary>A code of ASCII characters, compared ordinally on every provider.</summary>
    internal static PropertyBuilder<T> IsCode<T>(this PropertyBuilder<T> property, int maxLength) =>
        property.HasMaxLength(maxLength).IsUnicode(false);

    internal static PropertyBuilder<byte[]> IsHash(this PropertyBuilder<byte[]> property) =>
        property.HasMaxLength(HashLength).IsFixedLength();

    /// <summary>
    /// A text that others chose freely and that is part of a key: by its UTF-8 bytes, because T-SQL takes two texts for
    /// equal that differ only in spaces at their end, whatever the collation.
    /// </summary>
    internal static PropertyBuilder<string> IsFreeTextKey(this PropertyBuilder<string> property, int maxLength) =>
        property.HasConversion(text => Encoding.UTF8.GetBytes(text), bytes => Encoding.UTF8.GetString(bytes))
            .HasMaxLength(maxLength * 3);

    private static bool IsText(IReadOnlyProperty property) =>
        (property.GetValueConverter()?.ProviderClrType ?? property.ClrType) == typeof(string);

    /// <summary>Null where the provider compares ordinally by itself.</summary>
    private static string? OrdinalCollation(string? provider) => provider switch
    {
        "Microsoft.EntityFrameworkCore.SqlServer" => "Latin1_General_100_BIN2",
        PostgreSql => "C",
        _ => null,
    };

    /// <summary>
    /// In the order of the UUID's text, so that version 7 sorts by time; EF Core's own conversion swaps the first bytes
    /// and would scatter new rows over the whole index.
    /// </summary>
    private sealed class BigEndianGuid() : ValueConverter<Guid, byte[]>(
        id => id.ToByteArray(bigEndian: true), bytes => new Guid(bytes, bigEndian: true));

    /// <summary>
    /// UTC; SQLite can't compare instants with an offset. What is finer than a millisecond is cut off.
    /// </summary>
    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        instant => instant.ToUnixTimeMilliseconds(),
        milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));

    private sealed class SlcText() : ValueConverter<Slc, string>(slc => slc.Value, text => Slc.FromStored(text));
}
