using CsCheck;
using Xunit;

namespace TenantHub.Quotas;

public sealed class RankedSetTests
{
    /// <summary>Beside .NET's own sorted set, which cannot count.</summary>
    [Fact]
    public void RandomHistories_AreLikeThoseOfASortedSet_AndEveryPlaceIsTrue() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 60])
            .Array[1, 300]
            .Sample(
                steps =>
                {
                    var (set, model) = (new RankedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
                    foreach (var (kind, number) in steps)
                    {
                        var item = $"{number:00}";
                        if (kind < 2 && model.Add(item))
                            set.Add(item);
                        if (kind == 2 && model.Remove(item))
                            set.Remove(item);
                        Assert.Equal((model.Count, model.Min), (set.Count, set.Min));
                    }

                    Assert.Equal(model, set);
                    Assert.Equal(
                        Enumerable.Range(0, 61).Select(number => model.Count(item => string.CompareOrdinal(item, $"{number:00}") < 0)),
                        Enumerable.Range(0, 61).Select(number => set.CountBefore($"{number:00}"))
                    );
                },
                iter: 500
            );

    [Fact]
    public void WhatIsNotThere_IsNotRemoved()
    {
        var set = new RankedSet<string>(StringComparer.Ordinal) { "a", "c" };

        set.Remove("b");

        Assert.Equal(["a", "c"], set);
    }

    [Theory]
    [InlineData(true)] // As calls come: each behind all others.
    [InlineData(false)]
    public void EveryOperation_TakesStepsByTheLogarithmOfTheSize(bool inOrder)
    {
        const int Size = 10_000; // 13.3 doublings.
        var set = new RankedSet<string>(StringComparer.Ordinal);
        var items = Enumerable.Range(0, Size).Select(number => $"{(inOrder ? number : number * 7_919 % Size):00000}").ToList();

        foreach (var item in items)
            set.Add(item);
        var adding = set.Steps;
        foreach (var item in items)
            set.CountBefore(item);
        var counting = set.Steps - adding;
        foreach (var item in items)
            set.Remove(item);
        var removing = set.Steps - adding - counting;

        Assert.All([adding, counting, removing], steps => Assert.InRange(steps / (double)Size, 1, 40));
    }
}
