using System.Text.Json;

namespace TenantHub.Server.Actions;

/// <summary>The rpc body as the OpenAPI document shows it; <see cref="RpcRequest"/> reads it without these objects.</summary>
internal sealed record RpcBody(string Action, JsonElement? Path, JsonElement? Query, JsonElement? Headers, JsonElement? Body);

/// <summary>The rpc answer as the OpenAPI document shows it.</summary>
internal sealed record RpcAnswer(JsonElement? Data, string? Next);
