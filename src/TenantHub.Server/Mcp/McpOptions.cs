using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Server.Mcp;

/// <summary>How agents are served at <c>/mcp</c>.</summary>
internal sealed class McpOptions
{
    public const string SectionName = "TenantHub:Mcp";

    /// <summary>Gets the origins of pages that may call <c>/mcp</c> from a browser, for example
    /// <c>https://agents.example.com</c>.</summary>
    /// <value>The default is none: requests with an <c>Origin</c> are refused. Only in the environment <c>Development</c> pages of the
    /// same machine are let in.</value>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Gets or sets how many bytes of Autodesk's JSON one result may have before its rows are cut.</summary>
    /// <value>The default is 65,536, about 16,000 tokens.</value>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxResultBytes { get; set; } = 64 * 1024;

    /// <summary>Gets or sets for how long the same write of the same caller is a repeat, when it names no idempotency key.</summary>
    /// <value>The default is ten minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "12:00:00")]
    public TimeSpan RepeatWindow { get; set; } = TimeSpan.FromMinutes(10);
}

[OptionsValidator]
internal sealed partial class McpOptionsValidator : IValidateOptions<McpOptions>;
