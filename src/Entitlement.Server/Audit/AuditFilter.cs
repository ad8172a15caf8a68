using Entitlement.V1;

namespace Entitlement.Server.Audit;

/// <summary>Which records a list shows; what is empty or absent shows all.</summary>
internal sealed record AuditFilter(string Resource, string Actor, string Action, DateTimeOffset? Start, DateTimeOffset? End)
{
    public static AuditFilter Of(ListAuditRecordsRequest request) => new(
        request.Resource,
        request.Actor,
        request.Action,
        request.StartTime?.ToDateTimeOffset(),
        request.EndTime?.ToDateTimeOffset());

    public IQueryable<Domain.Audit.AuditRecord> Apply(IQueryable<Domain.Audit.AuditRecord> records)
    {
        if (Resource.Length > 0)
        {
            records = records.Where(record => record.Resource == Resource);
        }

        if (Actor.Length > 0)
        {
            records = records.Where(record => record.Actor == Actor);
        }

        if (Action.Length > 0)
        {
            records = records.Where(record => record.Action == Action);
        }

        if (Start is { } start)
        {
            records = records.Where(record => record.Time >= start);
        }

        return End is { } end ? records.Where(record => record.Time < end) : records;
    }
}
