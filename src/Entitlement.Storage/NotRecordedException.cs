using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage;

/// <summary>
/// The audit record of a change could not be written by a statement of our own; EF Core's tell the row themselves.
/// </summary>
public sealed class NotRecordedException(DbException cause) : DbUpdateException("An audit record was refused.", cause);
