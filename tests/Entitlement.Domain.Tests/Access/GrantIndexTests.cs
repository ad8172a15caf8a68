using Entitlement.Domain.Access;
using static Entitlement.Domain.Tests.Access.Tree;

namespace Entitlement.Domain.Tests.Access;

public class GrantIndexTests
{
    [Fact]
    public void Finds_what_a_subject_holds_on_a_scope_among_many_and_nothing_else()
    {
        var grants = Enumerable.Range(0, 2_000)
            .Select(i => new Grant(Id(i), Id(i % 50), $"role-{i}", Id(i % 40)))
            .ToList();
        var index = GrantIndex.Create(grants);

        for (var subject = 0; subject < 50; subject++)
        {
            for (var scope = 0; scope < 40; scope++)
            {
                Assert.Equal(
                    grants.Where(grant => grant.SubjectId == Id(subject) && grant.ScopeId == Id(scope)).ToHashSet(),
                    Find(index, Id(subject), Id(scope)));
            }
        }

        Assert.Equal(2_000, index.Count);
        Assert.Equal(grants.ToHashSet(), index.Grants.ToArray().ToHashSet());
    }

    [Fact]
    public void An_empty_one_holds_nothing()
    {
        Assert.Empty(Find(GrantIndex.Empty, Person, Guid.Empty));
        Assert.Equal(0, GrantIndex.Empty.Count);
    }

    [Fact]
    public void Ids_that_differ_only_in_the_last_or_first_bytes_are_kept_apart()
    {
        Guid[] ids =
        [
            Guid.Empty, new("01000000-0000-0000-0000-000000000000"), new("00000000-0000-0000-0000-000000000001"),
        ];
        var index = GrantIndex.Create([.. ids.SelectMany(
            subject => ids, (subject, scope) => new Grant(Guid.NewGuid(), subject, "user", scope))]);

        Assert.All(ids, subject => Assert.All(ids, scope => Assert.Single(Find(index, subject, scope))));
    }

    [Fact]
    public void An_end_is_kept_to_the_tick_in_universal_time()
    {
        var until = new DateTimeOffset(2026, 5, 1, 14, 0, 0, TimeSpan.FromHours(2)).AddTicks(7);

        Assert.Equal(until, new Grant(Id(1), Id(2), "user", Id(3), until).Until);
        Assert.Null(new Grant(Id(1), Id(2), "user", Id(3)).Until);
    }

    private static HashSet<Grant> Find(GrantIndex index, Guid subject, Guid scope)
    {
        var found = new HashSet<Grant>();
        foreach (var grant in index.Find(subject, scope))
        {
            Assert.True(found.Add(grant));
        }

        return found;
    }
}
