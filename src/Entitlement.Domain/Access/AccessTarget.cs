namespace Entitlement.Domain.Access;

/// <summary>
/// What somebody wants to do something to, with what lies between it and its account. The accounts above are the
/// <see cref="AccessView"/>'s.
/// </summary>
public readonly record struct AccessTarget
{
    private readonly Guid _first;
    private readonly Guid _second;
    private readonly Guid _third;

    private AccessTarget(
        ScopeKind kind, Guid account, int inner = 0, Guid first = default, Guid second = default, Guid third = default)
    {
        Kind = kind;
        AccountId = account;
        InnerCount = inner;
        _first = first;
        _second = second;
        _third = third;
    }

    public ScopeKind Kind { get; }

    /// <summary>Whose it is; all zeros for the system and for products.</summary>
    public Guid AccountId { get; }

    /// <summary>The person that it is about; all zeros when it is about none.</summary>
    public Guid PersonId { get; private init; }

    /// <summary>The product; all zeros when it is none.</summary>
    public Guid ProductId { get; private init; }

    /// <summary>How many scopes lie between the account and this, itself included: 0 to 3.</summary>
    public int InnerCount { get; }

    /// <summary>The scope that a role on exactly this is held on.</summary>
    public Scope Scope => Kind switch
    {
        ScopeKind.Product => new Scope(Kind, ProductId),
        ScopeKind.System or ScopeKind.Account => new Scope(Kind, AccountId),
        ScopeKind.License or ScopeKind.Project or ScopeKind.Wave or ScopeKind.Batch => Inner(0),
    };

    public static AccessTarget System { get; } = new(ScopeKind.System, Guid.Empty);

    public static AccessTarget Account(Guid account) => new(ScopeKind.Account, account);

    public static AccessTarget Product(Guid product) => new(ScopeKind.Product, Guid.Empty) { ProductId = product };

    public static AccessTarget License(Guid account, Guid license) => new(ScopeKind.License, account, 1, license);

    public static AccessTarget Project(Guid account, Guid project) => new(ScopeKind.Project, account, 1, project);

    public static AccessTarget Wave(Guid account, Guid project, Guid wave) =>
        new(ScopeKind.Wave, account, 2, wave, project);

    public static AccessTarget Batch(Guid account, Guid project, Guid wave, Guid batch) =>
        new(ScopeKind.Batch, account, 3, batch, wave, project);

    /// <summary>What belongs to a person: name, address, what they hold.</summary>
    /// <param name="person">The user.</param>
    /// <param name="account">
    /// The only account of the person; null where it has several or none, and is the system's then.
    /// </param>
    public static AccessTarget Person(Guid person, Guid? account) => account is { } only
        ? new(ScopeKind.Account, only) { PersonId = person }
        : new(ScopeKind.System, Guid.Empty) { PersonId = person };

    /// <param name="scopes">
    /// What its name tells, the nearest first: up to batch, wave, project and account; a product; or the system.
    /// </param>
    /// <param name="personId">The person that it is about; null when it is about none.</param>
    /// <exception cref="ArgumentException">Nothing lies like this.</exception>
    public static AccessTarget Of(IReadOnlyList<Scope> scopes, Guid? personId = null)
    {
        var target = scopes switch
        {
            [{ Kind: ScopeKind.System }] => System,
            [{ Kind: ScopeKind.Product } product] => Product(product.Id),
            [{ Kind: ScopeKind.Account } account] => Account(account.Id),
            [{ Kind: ScopeKind.License } license, { Kind: ScopeKind.Account } account] =>
                License(account.Id, license.Id),
            [{ Kind: ScopeKind.Project } project, { Kind: ScopeKind.Account } account] =>
                Project(account.Id, project.Id),
            [{ Kind: ScopeKind.Wave } wave, { Kind: ScopeKind.Project } project, { Kind: ScopeKind.Account } account] =>
                Wave(account.Id, project.Id, wave.Id),
            [{ Kind: ScopeKind.Batch } batch, { Kind: ScopeKind.Wave } wave, { Kind: ScopeKind.Project } project,
            { Kind: ScopeKind.Account } account] => Batch(account.Id, project.Id, wave.Id, batch.Id),
            _ => throw new ArgumentException($"Nothing lies like {string.Join(" in ", scopes)}.", nameof(scopes)),
        };
        return target with { PersonId = personId ?? Guid.Empty };
    }

    /// <param name="index">From 0, the most specific, below <see cref="InnerCount"/>.</param>
    public Scope Inner(int index) => index switch
    {
        0 => new Scope(Kind, _first),
        1 => new Scope(Kind == ScopeKind.Batch ? ScopeKind.Wave : ScopeKind.Project, _second),
        2 => new Scope(ScopeKind.Project, _third),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };
}
