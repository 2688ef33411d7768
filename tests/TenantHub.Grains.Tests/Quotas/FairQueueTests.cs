using CsCheck;
using Xunit;

namespace TenantHub.Quotas;

public sealed class FairQueueTests
{
    [Fact]
    public void CallsOfOneAccount_AreServedInTheOrderInWhichTheyCame()
    {
        var queue = Filled(("a", 1, "a1"), ("a", 1, "a2"), ("a", 1, "a3"));

        Assert.Equal(["a1", "a2", "a3"], Rest(queue));
    }

    [Fact]
    public void Accounts_TakeTurns_WhateverTheyHaveQueued()
    {
        var queue = Filled(("a", 1, "a1"), ("a", 1, "a2"), ("a", 1, "a3"), ("b", 1, "b1"), ("b", 1, "b2"));

        Assert.Equal(["a1", "b1", "a2", "b2", "a3"], Rest(queue));
    }

    [Fact]
    public void AccountOfTwiceTheWeight_IsServedTwiceAsOften()
    {
        var queue = Filled([
            .. Enumerable.Range(1, 8).Select(i => ("heavy", 2, $"h{i}")),
            .. Enumerable.Range(1, 4).Select(i => ("light", 1, $"l{i}")),
        ]);

        Assert.Equal([2, 2], Rest(queue).Take(6).Chunk(3).Select(turns => turns.Count(turn => turn[0] == 'h')));
    }

    [Fact]
    public void AccountThatWasAway_OwesNothingAndIsOwedNothing()
    {
        var queue = Filled([.. Enumerable.Range(1, 10).Select(i => ("a", 1, $"a{i}"))]);
        for (var i = 0; i < 5; i++)
            queue.Next();

        queue.Add("b", 1, "b1");
        queue.Add("b", 1, "b2");

        Assert.Equal(["b1", "a6", "b2", "a7"], Rest(queue).Take(4)); // Not five of b's in a row.
    }

    [Fact]
    public void AccountWithOneCallAtATime_IsNotForgottenBetweenThem()
    {
        var queue = Filled([("a", 1, "a1"), .. Enumerable.Range(1, 4).Select(i => ("b", 1, $"b{i}"))]);
        queue.Next();
        queue.Add("a", 1, "a2"); // It was served a moment ago: the other is next, and among equals who came first.

        Assert.Equal(["b1", "b2", "a2", "b3", "b4"], Rest(queue));
    }

    [Fact]
    public void CallThatGoesAway_CostsItsAccountNothing()
    {
        var queue = Filled(("a", 1, "a1"), ("a", 1, "a2"), ("b", 1, "b1"), ("b", 1, "b2"));

        Assert.True(queue.Remove("a", "a1"));
        Assert.False(queue.Remove("a", "a1"));

        Assert.Equal(["a2", "b1", "b2"], Rest(queue));
    }

    [Fact]
    public void QueueThatRunsEmpty_ForgetsWhoWasServed()
    {
        var queue = Filled(("a", 1, "a1"));
        queue.Next();
        Assert.Null(queue.Next());

        queue.Add("a", 1, "a2");
        queue.Add("b", 1, "b1");

        Assert.Equal(["a2", "b1"], Rest(queue));
    }

    /// <summary>
    /// Whatever comes and goes: everybody is served once; while two accounts wait all the time, neither gets ahead of its share by more
    /// than one turn of each; and the place that is told of each call is the one that it gets when nobody else comes.
    /// </summary>
    [Fact]
    public void RandomHistories_StarveNobody_AndEveryPlaceIsTheTrueOne() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 5])
            .Array[1, 150]
            .Sample(
                steps =>
                {
                    var (queue, waiting, number) = (new FairQueue<string>(), new List<string>(), 0);
                    foreach (var (kind, account) in steps)
                    {
                        switch (kind)
                        {
                            case < 6:
                                waiting.Add($"{account}-{number++}");
                                queue.Add($"{account}", account + 1, waiting[^1]);
                                break;
                            case < 8 when queue.Next() is { } served:
                                Assert.True(waiting.Remove(served), "served twice");
                                break;
                            case >= 8 when waiting.Count > 0:
                                var gone = waiting[(kind * 7 + account) % waiting.Count];
                                Assert.True(queue.Remove(gone[..1], gone));
                                waiting.Remove(gone);
                                break;
                        }
                    }

                    Assert.Equal(waiting.Count, queue.Count);
                    var places = waiting.ToDictionary(waiter => waiter, waiter => queue.CountBefore(waiter[..1], waiter));
                    var order = Rest(queue);
                    Assert.Equal(waiting.Order(), order.Order());
                    Assert.Equal(order, places.OrderBy(place => place.Value).Select(place => place.Key));
                    foreach (var (one, other) in Pairs(order.Select(waiter => waiter[0]).Distinct()))
                    {
                        // As long as both wait, service divided by weight stays together.
                        var bothWait = order[
                            ..(
                                Math.Min(order.FindLastIndex(waiter => waiter[0] == one), order.FindLastIndex(waiter => waiter[0] == other))
                                + 1
                            )
                        ];
                        for (var from = 0; from < bothWait.Count; from++)
                        {
                            for (var to = from + 1; to <= bothWait.Count; to++)
                            {
                                double Share(char account) =>
                                    bothWait[from..to].Count(waiter => waiter[0] == account) / (double)(account - '0' + 1);
                                Assert.InRange(Share(one) - Share(other), -Bound(one, other), Bound(one, other));
                            }
                        }
                    }
                },
                iter: 500
            );

    /// <summary>Ten thousand accounts come one after the other, each asks for its place, and one walk describes them all: the work grows
    /// with their number, not with its square.</summary>
    [Fact]
    public void TenThousandAccounts_AskForTheirPlaces_WithoutWalkingTheQueue()
    {
        const int Accounts = 10_000;
        var queue = new FairQueue<string>();

        for (var i = 0; i < Accounts; i++)
        {
            var waiter = $"w{i}";
            queue.Add($"a{i}", 1, waiter);
            Assert.Equal(i, queue.CountBefore($"a{i}", waiter));
            Assert.Equal((i, i), queue.Before($"a{i}"));
        }

        Assert.InRange(queue.Steps, 1, 200 * Accounts); // Walks would make 100,000,000.
        var asked = queue.Steps;
        Assert.Equal(Enumerable.Range(0, Accounts), queue.Accounts.Select(account => account.Before));
        Assert.Equal(asked, queue.Steps);
        while (queue.Next() is not null) { }
        Assert.InRange(queue.Steps - asked, 1, 100 * Accounts);
    }

    private static double Bound(char one, char other) => 1.0 / (one - '0' + 1) + 1.0 / (other - '0' + 1) + 1e-9;

    private static IEnumerable<(char One, char Other)> Pairs(IEnumerable<char> accounts) =>
        from one in accounts
        from other in accounts
        where one < other
        select (one, other);

    private static FairQueue<string> Filled(params (string Account, int Weight, string Waiter)[] waiters)
    {
        var queue = new FairQueue<string>();
        foreach (var (account, weight, waiter) in waiters)
            queue.Add(account, weight, waiter);
        return queue;
    }

    private static List<string> Rest(FairQueue<string> queue)
    {
        var served = new List<string>();
        while (queue.Next() is { } waiter)
            served.Add(waiter);
        return served;
    }
}
