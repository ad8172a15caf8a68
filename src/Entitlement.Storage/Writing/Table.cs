using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Entitlement.Storage.Writing;

/// <summary>
/// A table of the model by the names that a <see cref="Statement"/> writes, quoted as the database wants them.
/// </summary>
internal sealed class Table(EntitlementDbContext db, Type entity)
{
    private readonly IEntityType _type = db.Model.FindEntityType(entity)!;
    private readonly ISqlGenerationHelper _sql = db.GetService<ISqlGenerationHelper>();

    public string Name => _sql.DelimitIdentifier(_type.GetTableName()!, _type.GetSchema());

    public IReadOnlyList<IProperty> Key => _type.FindPrimaryKey()!.Properties;

    public IReadOnlyList<IProperty> Columns => [.. _type.GetProperties()];

    public string this[string property] => Column(Property(property));

    public IProperty Property(string name) => _type.FindProperty(name)!;

    public string Column(IProperty property) => _sql.DelimitIdentifier(property.GetColumnName());
}
