namespace TenantHub.Storage;

internal enum SampleLevel
{
    Plain,
    VeryGood,
}

[Alias("tenanthub.test.sample-state")]
internal sealed record SampleState
{
    public string? Label { get; init; }

    public int CallCount { get; init; }

    public SampleLevel Level { get; init; }

    public Secret? ClientSecret { get; init; }

    public IReadOnlyList<Secret> OldSecrets { get; init; } = [];
}
