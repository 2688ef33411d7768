using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TenantHub.Server.Hosting;

/// <summary>A query parameter or header that an endpoint reads from the request itself, as the OpenAPI document shows it.</summary>
internal sealed record DescribedParameter(
    string Name,
    string Description,
    ParameterLocation In = ParameterLocation.Query,
    bool IsRequired = false
)
{
    /// <summary>Describes a query parameter.</summary>
    public static implicit operator DescribedParameter((string Name, string Description) described) =>
        new(described.Name, described.Description);
}

/// <summary>Hands what endpoints read by themselves to the OpenAPI document.</summary>
internal static class ParameterDescriptions
{
    public static TBuilder Takes<TBuilder>(this TBuilder endpoint, params DescribedParameter[] parameters)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata([.. parameters]);

    public static Task AddAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in context.Description.ActionDescriptor.EndpointMetadata.OfType<DescribedParameter>())
        {
            (operation.Parameters ??= []).Add(
                new OpenApiParameter
                {
                    Name = parameter.Name,
                    Description = parameter.Description,
                    In = parameter.In,
                    Required = parameter.IsRequired,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                }
            );
        }

        return Task.CompletedTask;
    }
}
