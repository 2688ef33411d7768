namespace TenantHub.Errors;

/// <summary>One thing that is wrong with an input.</summary>
/// <param name="Field">Where, for example <c>query.limit</c> or <c>body.data.attributes.name</c>.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.input-fault")]
public sealed record InputFault([property: Id(0)] string Field, [property: Id(1)] string Message);
