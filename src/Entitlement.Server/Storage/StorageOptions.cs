using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Storage;

/// <summary>The databases that the server can keep its data in.</summary>
internal enum StorageProvider
{
    /// <summary>A file of its own, for exactly one server: the embedded default.</summary>
    Sqlite,

    /// <summary>Microsoft SQL Server, or what speaks its protocol and its SQL.</summary>
    SqlServer,

    /// <summary>PostgreSQL, from version 13 on.</summary>
    PostgreSql,
}

/// <summary>Where the data is kept. Section <c>Storage</c>; checked when the server starts.</summary>
internal sealed class StorageOptions : IValidatableObject
{
    public const string Section = "Storage";

    /// <summary>Which database. Only <see cref="StorageProvider.Sqlite"/> migrates itself and makes its own keys.</summary>
    [EnumDataType(typeof(StorageProvider))]
    public StorageProvider Provider { get; init; } = StorageProvider.Sqlite;

    /// <summary>
    /// How to reach the database. Required but for SQLite, whose default is the file <c>entitlement.db</c> in
    /// <see cref="DataDirectory"/>. It may hold a password, so it is never logged.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>
    /// The folder of the database file, the keys and the bootstrap key of the embedded default; made, for its owner alone,
    /// when it is not there. Default: <c>entitlement</c> in the user's folder for application data (Linux:
    /// <c>~/.local/share</c>, Windows: <c>%LOCALAPPDATA%</c>, macOS: <c>~/Library/Application Support</c>).
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// How many statements go to SQL Server in one batch; 1 avoids MERGE, which some servers of its kind lack. Default:
    /// the provider's own.
    /// </summary>
    [Range(1, 1_000)]
    public int? MaxBatchSize { get; init; }

    /// <summary>Whether this is the default that needs nothing but itself.</summary>
    public bool IsEmbedded => Provider == StorageProvider.Sqlite;

    /// <summary>Null when none is set and this user has no folder for application data, which only the embedded default needs.</summary>
    public string? DataPath =>
        (string.IsNullOrEmpty(DataDirectory) ? DefaultDirectory : DataDirectory) is { } path ? Path.GetFullPath(path) : null;

    private static string? DefaultDirectory =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)
            is { Length: > 0 } folder
            ? Path.Combine(folder, "entitlement")
            : null;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Provider != StorageProvider.Sqlite && string.IsNullOrWhiteSpace(ConnectionString))
        {
            yield return new ValidationResult($"{Section}:{nameof(ConnectionString)} is required with the provider {Provider}.");
        }

        if (IsEmbedded && DataPath is null)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(DataDirectory)} must be set, because this user has no folder for application data.");
        }
    }
}

[OptionsValidator]
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>;
