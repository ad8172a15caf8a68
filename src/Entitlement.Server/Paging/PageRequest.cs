using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Entitlement.Domain.Errors;

namespace Entitlement.Server.Paging;

/// <summary>
/// Which page of a list a call asks for: up to <see cref="Size"/> rows whose id comes after <see cref="After"/>. Ids are
/// UUIDs of version 7 and are compared as stored, so the oldest come first, and rows added meanwhile move no page.
/// </summary>
/// <example>
/// <code>
/// var page = PageRequest.Parse(request.PageSize, request.PageToken, list);
/// var rows = await query.Where(row => row.Id > page.After).OrderBy(row => row.Id).Take(page.Probe).ToListAsync(token);
/// var (shown, next) = page.Cut(rows, row => row.Id);
/// </code>
/// </example>
internal sealed record PageRequest
{
    public const int DefaultSize = 100;
    public const int MaxSize = 1_000;

    private const int MarkLength = 16;
    private const int IdLength = 16;

    private readonly byte[] _mark;

    private PageRequest(int size, byte[] position, byte[] mark) => (Size, Position, _mark) = (size, position, mark);

    /// <summary>Most rows to show: 1 to <see cref="MaxSize"/>.</summary>
    public int Size { get; }

    /// <summary>The last row of the page before; the nil UUID, which comes before every other, for the first page.</summary>
    public Guid After => new(Position.Span[..IdLength], bigEndian: true);

    /// <summary>The same for a list whose rows are not ordered by an id alone; all zeros for the first page.</summary>
    public ReadOnlyMemory<byte> Position { get; }

    /// <summary>How many rows to read: one more than are shown, to learn whether another page follows.</summary>
    public int Probe => Size + 1;

    /// <param name="pageSize">The request's <c>page_size</c>.</param>
    /// <param name="pageToken">The request's <c>page_token</c>.</param>
    /// <param name="list">Names the list with all that chooses its rows, such as <c>accounts/{account}/licenses</c>.</param>
    /// <param name="positionLength">Bytes that say where a row stands in the list; those of an id, if nothing else is said.</param>
    /// <exception cref="EntitlementException">The size is out of bounds, or the token is not one of this list.</exception>
    public static PageRequest Parse(int pageSize, string pageToken, string list, int positionLength = IdLength)
    {
        var size = pageSize switch
        {
            0 => DefaultSize,
            >= 1 and <= MaxSize => pageSize,
            _ => throw Refusal.InvalidArgument("page_size", $"must be 1 to {MaxSize}, or 0 for {DefaultSize}"),
        };
        var mark = SHA256.HashData(Encoding.UTF8.GetBytes(list))[..MarkLength];
        return new PageRequest(
            size, pageToken.Length == 0 ? new byte[positionLength] : ReadToken(pageToken, mark, positionLength), mark);
    }

    /// <summary>Parts what was read into the rows to show and the token of the next page, empty on the last one.</summary>
    /// <param name="rows">At most <see cref="Probe"/> rows, in the order of their ids.</param>
    /// <param name="id">Tells a row's id.</param>
    /// <param name="most">How many of them a page can hold for what else belongs to them; at least 1.</param>
    public (IReadOnlyList<T> Rows, string NextPageToken) Cut<T>(List<T> rows, Func<T, Guid> id, int most = MaxSize) =>
        Cut(rows, row => id(row).ToByteArray(bigEndian: true), most);

    /// <inheritdoc cref="Cut{T}(List{T}, Func{T, Guid}, int)"/>
    /// <param name="position">Tells where a row stands; see <see cref="Position"/>.</param>
    public (IReadOnlyList<T> Rows, string NextPageToken) Cut<T>(List<T> rows, Func<T, byte[]> position, int most = MaxSize)
    {
        var shown = Math.Min(Size, most);
        return rows.Count <= shown ? (rows, "") : (rows.GetRange(0, shown), WriteToken(position(rows[shown - 1])));
    }

    // It needs no signature: a made-up one only says where to begin in a list that the caller may read anyway.
    private string WriteToken(byte[] position) => Base64Url.EncodeToString([.. _mark, .. position]);

    private static byte[] ReadToken(string text, ReadOnlySpan<byte> mark, int positionLength)
    {
        Span<byte> token = new byte[MarkLength + positionLength];
        return Base64Url.DecodeFromChars(text, token, out _, out var length) == OperationStatus.Done
            && length == token.Length
            && token.StartsWith(mark)
                ? token[MarkLength..].ToArray()
                : throw Refusal.InvalidArgument("page_token", "must be the next_page_token of an earlier page of this list");
    }
}
