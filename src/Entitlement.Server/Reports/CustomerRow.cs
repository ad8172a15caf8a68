using System.Globalization;
using System.Text.Json;
using Entitlement.Domain.Accounts;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Products;

namespace Entitlement.Server.Reports;

/// <summary>A row of the customer detail report.</summary>
/// <param name="Account">The account.</param>
/// <param name="License">One of its licenses; null for an account without any.</param>
/// <param name="Product">Of the license.</param>
/// <param name="Features">Of the license.</param>
/// <param name="Now">The moment whose state is told.</param>
internal sealed record CustomerRow(
    Account Account, License? License, Product? Product, IReadOnlyList<FeatureLine> Features, DateTimeOffset Now)
{
    /// <summary>The columns, and what each tells: null for nothing, a number, or a text.</summary>
    private static readonly (string Name, Func<CustomerRow, object?> Read)[] Columns =
    [
        ("account", row => $"{row.Account.Name}"),
        ("account_display_name", row => row.Account.DisplayName),
        ("customer_number", row => row.Account.CustomerNumber),
        ("postal_address", row => row.Account.Contact.PostalAddress),
        ("country_code", row => row.Account.Contact.CountryCode),
        ("contact_name", row => row.Account.Contact.ContactName),
        ("contact_email", row => row.Account.Contact.ContactEmail),
        ("contact_phone_number", row => row.Account.Contact.ContactPhoneNumber),
        ("license", row => row.License is { } license ? $"{license.Name}" : null),
        ("slc_ending", row => row.License?.Slc.Ending),
        ("product_code", row => row.Product?.Code),
        ("product_display_name", row => row.Product?.DisplayName),
        ("edition", row => row.License?.Edition),
        ("state", row => row.License is { } license ? StateName(license.StateAt(row.Now)) : null),
        ("machine_limit", row => row.License?.MachineLimit),
        ("machines_held", row => row.License?.MachinesHeld),
        ("features", row => row.License is null ? null : string.Join(' ', row.Features.Select(Text))),
        ("end_time", row => Text(row.License?.EndTime)),
        ("care_end_time", row => Text(row.License?.CareEndTime)),
        ("create_time", row => Text(row.License?.CreateTime)),
        ("external_ref", row => row.License?.ExternalRef),
    ];

    public static string CsvHeading { get; } = CsvText.Line(Columns.Select(column => column.Name));

    public string ToCsv() => CsvText.Line(Columns.Select(column => CsvText.Guard(
        Convert.ToString(column.Read(this), CultureInfo.InvariantCulture) ?? "")));

    /// <summary>What is empty is left out.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, read) in Columns)
        {
            switch (read(this))
            {
                case int number:
                    json.WriteNumber(name, number);
                    break;
                case string { Length: > 0 } text:
                    json.WriteString(name, text);
                    break;
            }
        }

        json.WriteEndObject();
    }

    /// <summary>What is held of what is granted; of a feature of which every machine gets all, only that.</summary>
    private static string Text(FeatureLine line) => line.Counts == FeatureCount.License
        ? string.Create(CultureInfo.InvariantCulture, $"{line.Code}:{line.Quantity}")
        : string.Create(CultureInfo.InvariantCulture, $"{line.Code}:{line.Held}/{line.Quantity}");

    private static string? Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string StateName(LicenseState state) => state switch
    {
        LicenseState.Active => "active",
        LicenseState.Expired => "expired",
        LicenseState.Suspended => "suspended",
        LicenseState.Revoked => "revoked",
    };
}
