using System.Buffers.Text;
using Entitlement.Domain.Accounts;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Domain.Products;
using Entitlement.Domain.Trials;

namespace Entitlement.Server.Estate;

/// <summary>
/// What the records of a dry run would have created so far, so that those after them find it. Nothing of it is written.
/// </summary>
internal sealed class DryRun
{
    /// <summary>About 1 KiB each.</summary>
    public const int MaxRecords = 500_000;

    private readonly Dictionary<string, Product> _products = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SoldLicense> _licenses = new(StringComparer.Ordinal);
    private readonly Dictionary<(Guid License, string Key), Activation> _activations = [];
    private readonly Dictionary<(Guid License, string Line), int> _taken = [];
    private readonly Dictionary<Guid, Trial> _trials = [];
    private readonly Dictionary<(Guid Product, MachineMark Mark), Trial> _marks = [];
    private int _records;

    public Product? FindProduct(string codeOrName) => _products.GetValueOrDefault(codeOrName);

    public bool HasCustomerNumber(string number) => _numbers.Contains(number);

    public Account? FindAccount(string referenceOrName) => _accounts.GetValueOrDefault(referenceOrName);

    /// <param name="key">Of <see cref="KeyOf(LicenseName)"/> and its like.</param>
    public SoldLicense? FindLicense(string key) => _licenses.GetValueOrDefault(key);

    /// <param name="license">Its license.</param>
    /// <param name="key">Of <see cref="KeyOf(Guid)"/> and its like.</param>
    public Activation? FindActivation(Guid license, string key) => _activations.GetValueOrDefault((license, key));

    public Trial? FindTrial(Guid id) => _trials.GetValueOrDefault(id);

    public IEnumerable<KnownMark> FindTrials(Guid product, IEnumerable<MachineMark> marks) =>
        from mark in marks
        let trial = _marks.GetValueOrDefault((product, mark))
        where trial is not null
        select new KnownMark(mark, trial);

    /// <summary>The line with what earlier records would hold of it.</summary>
    public SeatLine Held(Guid license, SeatLine line) =>
        line with { Held = line.Held + _taken.GetValueOrDefault((license, line.Line)) };

    public void Add(Product product)
    {
        _products[product.Code] = product;
        _products[$"{product.Name}"] = product;
    }

    public void Add(Account account)
    {
        _accounts[$"{account.Name}"] = account;
        if (account.ExternalRef is { } reference)
        {
            _accounts[KeyOf(reference)] = account;
        }

        if (account.CustomerNumber is { } number)
        {
            _numbers.Add(number);
        }
    }

    public void Add(SoldLicense sold)
    {
        var license = sold.License;
        _licenses[KeyOf(license.Name)] = sold;
        _licenses[KeyOf(license.Slc)] = sold;
        if (license.ExternalRef is { } reference)
        {
            _licenses[KeyOf(reference)] = sold;
        }
    }

    public void Add(Activation activation, IEnumerable<SeatLine> seats)
    {
        _activations[(activation.LicenseId, KeyOf(activation.Id))] = activation;
        _activations[(activation.LicenseId, KeyOf(activation.Thumbprint))] = activation;
        if (activation.ExternalRef is { } reference)
        {
            _activations[(activation.LicenseId, KeyOf(reference))] = activation;
        }

        foreach (var line in seats)
        {
            var key = (activation.LicenseId, line.Line);
            _taken[key] = _taken.GetValueOrDefault(key) + line.Requested;
        }
    }

    public void Add(Trial trial, IEnumerable<TrialMark> marks)
    {
        _trials[trial.Id] = trial;
        foreach (var mark in marks)
        {
            _marks[(mark.ProductId, mark.Mark)] = trial;
        }
    }

    /// <exception cref="EntitlementException">There are more than it may remember.</exception>
    public void Count(int records)
    {
        _records += records;
        if (_records > MaxRecords)
        {
            throw Refusal.InvalidArgument("records", $"must be at most {MaxRecords} in a dry run; cut the file in two");
        }
    }

    // References hold no space, so that none of these meets another.
    public static string KeyOf(string reference) => $"ref {reference}";

    public static string KeyOf(LicenseName name) => $"id {name.LicenseId}";

    public static string KeyOf(Guid id) => $"id {id}";

    public static string KeyOf(Slc slc) => $"slc {slc.Value}";

    public static string KeyOf(byte[] thumbprint) => $"key {Base64Url.EncodeToString(thumbprint)}";
}

/// <summary>A license with its feature lines.</summary>
internal sealed record SoldLicense(License License, IReadOnlyList<FeatureLine> Features);
