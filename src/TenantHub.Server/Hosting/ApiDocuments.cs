using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TenantHub.Server.Docs;
using TenantHub.Server.Security;

namespace TenantHub.Server.Hosting;

/// <summary>The OpenAPI document, and the pages below /docs.</summary>
internal static class ApiDocuments
{
    public const string Name = "v1";

    private const string Failed = "An error. Its `code` says which, its `nextStep` what to do; [each code has a section](/docs/errors).";

    /// <summary>The endpoints read and write by <see cref="JsonBody.Options"/>; the document is made by the host's options, which have to
    /// name members alike.</summary>
    public static IServiceCollection AddApiDocuments(this IServiceCollection services) =>
        services
            .ConfigureHttpJsonOptions(options =>
            {
                options.SerializerOptions.PropertyNamingPolicy = JsonBody.Options.PropertyNamingPolicy;
                options.SerializerOptions.NumberHandling = JsonBody.Options.NumberHandling;
            })
            .AddSingleton<OpenApiText>()
            .AddSingleton<DocSite>()
            .AddOpenApi(
                Name,
                options =>
                    options
                        .AddOperationTransformer(
                            (operation, context, _) =>
                            {
                                if (Policies.RoleOf(context.Description.ActionDescriptor.EndpointMetadata) is { } role)
                                {
                                    operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
                                    operation.Extensions["x-role"] = new JsonNodeExtension(WireName.Of(role));
                                    operation.Description = $"Needs the role {WireName.Of(role)}.";
                                }

                                (operation.Responses ??= [])["default"] = new OpenApiResponse { Description = Failed };
                                return Task.CompletedTask;
                            }
                        )
                        .AddOperationTransformer(ParameterDescriptions.AddAsync)
                        .AddOperationTransformer(ApiExamples.AddAsync)
                        .AddDocumentTransformer(
                            (document, _, _) =>
                            {
                                document.Info = new OpenApiInfo
                                {
                                    Title = "TenantHub",
                                    Version = "v1",
                                    Description = """
                                        A self-hosted multi-tenant connector for Autodesk. Endpoints that StackOne has keep its wire format.

                                        Every example runs as it is against a server that was just started with its emulator. Where an id is
                                        made first, the parameter says by which operation.

                                        [Guides](/docs) and [errors](/docs/errors)
                                        """,
                                };
                                document.Servers?.Clear(); // They would name the port of whoever made the document.
                                document.Components ??= new OpenApiComponents();
                                document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                                {
                                    ["basic"] = new OpenApiSecurityScheme
                                    {
                                        Type = SecuritySchemeType.Http,
                                        Scheme = "basic",
                                        Description = "The API key as user name, an empty password.",
                                    },
                                    ["bearer"] = new OpenApiSecurityScheme
                                    {
                                        Type = SecuritySchemeType.Http,
                                        Scheme = "bearer",
                                        Description = "The API key.",
                                    },
                                };
                                document.Security =
                                [
                                    new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("basic", document)] = [] },
                                    new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] },
                                ];
                                return Task.CompletedTask;
                            }
                        )
            );

    public static RouteGroupBuilder MapApiDocuments(this IEndpointRouteBuilder app)
    {
        var documents = app.MapGroup("").RequireRateLimiting(RefusalLimits.Documents);
        documents
            .MapGet(
                "/openapi/v1.json",
                async (OpenApiText text, CancellationToken cancellationToken) =>
                    Results.Bytes(await text.ReadAsync(cancellationToken), "application/json;charset=utf-8")
            )
            .ExcludeFromDescription();
        documents.MapDocs();
        return documents;
    }
}

/// <summary>The OpenAPI document, made when it is first asked for; nothing in it changes while the server runs.</summary>
internal sealed class OpenApiText([FromKeyedServices(ApiDocuments.Name)] IOpenApiDocumentProvider provider)
{
    private readonly Lazy<Task<byte[]>> _text = new(async () =>
    {
        using var text = new MemoryStream();
        await (await provider.GetOpenApiDocumentAsync()).SerializeAsJsonAsync(text, OpenApiSpecVersion.OpenApi3_1);
        return text.ToArray();
    });

    public Task<byte[]> ReadAsync(CancellationToken cancellationToken) => _text.Value.WaitAsync(cancellationToken);
}
