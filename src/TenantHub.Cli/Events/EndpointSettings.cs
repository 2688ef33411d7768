using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client.Events;

namespace TenantHub.Cli.Events;

internal class EndpointSettings : ConnectionSettings
{
    [CommandArgument(0, "<ENDPOINT>")]
    [Description("The endpoint's id: tenanthub events list")]
    public required string Endpoint { get; init; }
}

internal sealed class RemoveEndpointSettings : DestructiveSettings
{
    [CommandArgument(0, "<ENDPOINT>")]
    [Description("The endpoint's id: tenanthub events list")]
    public required string Endpoint { get; init; }
}

/// <summary>How endpoints are shown; the secret only where it has just been made.</summary>
internal static class EndpointColumns
{
    public static readonly Column<EventEndpoint>[] List =
    [
        new("Id", endpoint => endpoint.Id) { IsId = true },
        new("Address", endpoint => endpoint.Url),
        new("Description", endpoint => endpoint.Description),
        new("Registered", endpoint => endpoint.CreatedAt),
    ];

    public static readonly Column<EventEndpoint>[] WithSecret = [.. List, new("Secret", endpoint => endpoint.Secret)];
}
