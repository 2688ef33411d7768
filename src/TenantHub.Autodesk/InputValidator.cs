using System.Globalization;
using System.Text.RegularExpressions;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Isolation;
using TenantHub.Autodesk.Paging;
using TenantHub.Errors;

namespace TenantHub.Autodesk;

/// <summary>Checks an action's input against its declaration, before anything is spent. All faults are listed at once.</summary>
public static partial class InputValidator
{
    private const string WhatToDo =
        "Correct the fields that are named and send the request again; nothing was sent. The schema is in GET /actions?include=action_details, and in an agent's tool.";

    /// <summary>Tells what is wrong with the input; null when it may be sent.</summary>
    public static ServiceError? Validate(ActionDefinition action, ActionRequest request, LinkedAccountContext context)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (InputCeiling.FaultIn(action, request) is { } tooMuch)
            return InputFault.Tell([tooMuch], WhatToDo);
        if (ForeignId(action, request, context) is { } foreign)
            return foreign;

        List<InputFault> faults = [];
        CheckSingles(action, ParameterPlace.Path, "path", request.Path, context, faults);
        CheckSingles(action, ParameterPlace.Header, "headers", request.Headers, context, faults);
        CheckQuery(action, request, faults);
        CheckRequired(action, request, faults);
        BodyCheck.Check(action, request.Body, faults);
        if (faults.Count > 0)
            return InputFault.Tell(faults, WhatToDo);
        return action.RequiresActingUser && context.ActingUserId is null && !GivesActingUser(action, request) ? NoActingUser(action) : null;
    }

    private static ServiceError? ForeignId(ActionDefinition action, ActionRequest request, LinkedAccountContext context)
    {
        foreach (var (name, value) in request.Path)
        {
            if (action.FindParameter(ParameterPlace.Path, name)?.Fill is not (AccountValue.AccountId or AccountValue.HubId))
                continue;
            if (AccId.Bare(value) == AccId.Bare(context.AccAccountId))
                continue;
            return new(ErrorCode.NotThisAccount, ErrorSource.Caller, $"path.{name} is not the linked account's own. Nothing was sent.")
            {
                NextStep = $"Leave path.{name} out: the linked account fills it in.",
                Faults = [new($"path.{name}", "must be the linked account's own, or be left out.")],
            };
        }

        return null;
    }

    private static void CheckSingles(
        ActionDefinition action,
        ParameterPlace place,
        string field,
        IReadOnlyDictionary<string, string> given,
        LinkedAccountContext context,
        List<InputFault> faults
    )
    {
        foreach (var (name, value) in given)
        {
            if (action.FindParameter(place, name) is not { } parameter)
                faults.Add(Unknown(action, place, $"{field}.{name}"));
            else if (FaultOf(parameter, value) is { } fault)
                faults.Add(new($"{field}.{name}", fault));
            else if (parameter is { Fill: AccountValue.Region, Name: "Region" } && value != context.Region)
                faults.Add(new($"{field}.{name}", $"must be {context.Region}, the linked account's region, or be left out."));
        }
    }

    private static void CheckQuery(ActionDefinition action, ActionRequest request, List<InputFault> faults)
    {
        foreach (var (name, values) in request.Query)
        {
            var field = $"query.{name}";
            if (name == "debug")
                continue; // StackOne's wire format has it for every action.
            if (action.Paging is not null && name is PageRequest.SizeName or PageRequest.NextName)
            {
                CheckPaging(action, request, name, values, faults);
                continue;
            }

            if (FindQuery(action, name) is not { } parameter)
                faults.Add(Unknown(action, ParameterPlace.Query, field));
            else if (values.Length != 1 && parameter.Array is null)
                faults.Add(new(field, "takes one value."));
            else
                faults.AddRange(
                    values
                        .Select(value => FaultOf(parameter, value))
                        .OfType<string>()
                        .Distinct()
                        .Select(fault => new InputFault(field, fault))
                );
        }
    }

    private static ActionParameter? FindQuery(ActionDefinition action, string name) =>
        action.FindParameter(ParameterPlace.Query, name) is { IsFilterPattern: false } declared ? declared
        : FilterName().IsMatch(name) ? action.FindParameter(ParameterPlace.Query, "filter[*]")
        : null;

    private static void CheckPaging(ActionDefinition action, ActionRequest request, string name, string[] values, List<InputFault> faults)
    {
        if (name == PageRequest.SizeName)
        {
            if (
                values.Length != 1
                || !int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                || size is < 1 or > PageRequest.MaxPageSize
            )
                faults.Add(new("query.page_size", $"must be a whole number from 1 to {PageRequest.MaxPageSize}."));
            if (action.Paging!.Size is { } nativeSize && request.Query.ContainsKey(nativeSize))
                faults.Add(new("query.page_size", $"cannot be used together with {nativeSize}."));
            return;
        }

        if (values.Length != 1 || PageCursor.Decode(values[0], action.Id) is not { } cursor || !IsPosition(action, cursor.Position))
            faults.Add(new("query.next", "must be the value of \"next\" in the page before, of the same action."));
        if (action.Paging!.Position is { } native && request.Query.ContainsKey(native))
            faults.Add(new("query.next", $"cannot be used together with {native}."));
    }

    /// <summary>Whether a cursor may stand for the position.</summary>
    internal static bool IsPosition(ActionDefinition action, string? position) =>
        position is null
        || position.Length <= PageCursor.MaxPosition
            && (action.Paging!.Position is { } name && FaultOf(action.FindParameter(ParameterPlace.Query, name)!, position) is null);

    private static void CheckRequired(ActionDefinition action, ActionRequest request, List<InputFault> faults)
    {
        foreach (var parameter in action.Parameters)
        {
            if (!parameter.Required)
                continue;
            var given = parameter.In switch
            {
                ParameterPlace.Path => request.Path.ContainsKey(parameter.Name),
                ParameterPlace.Query => request.Query.ContainsKey(parameter.Name),
                _ => request.Headers.Keys.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase),
            };
            if (!given)
                faults.Add(new($"{FieldOf(parameter.In)}.{parameter.Name}", $"is required: {parameter.Description}"));
        }
    }

    private static string? FaultOf(ActionParameter parameter, string value)
    {
        if (value.Length == 0)
            return "must not be empty.";
        if (value.Any(char.IsControl))
            return "must not hold control characters.";
        if (parameter.In is ParameterPlace.Path && value is "." or ".." or "b." or "B.")
            return "is not an id.";
        if (parameter.In is ParameterPlace.Path && BreaksOut(parameter, value))
            return "must be the id itself, not encoded and without a path in it.";
        if (parameter.In is ParameterPlace.Header && !value.All(char.IsAscii))
            return "must be ASCII.";
        if (parameter.Enum is { } words && !words.Contains(value, StringComparer.Ordinal))
            return $"must be one of {string.Join(", ", words)}.";
        if (parameter.MaxLength is { } length && value.Length > length)
            return $"must have at most {length} characters.";
        if (
            parameter.Pattern is { } pattern
            && !Regex.IsMatch(value, pattern, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100))
        )
            return $"must match {InputSchema.Published(pattern)}.";
        return parameter.Type switch
        {
            ParameterType.Boolean when value is not ("true" or "false") => "must be true or false.",
            ParameterType.Integer
                when !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    || number < (parameter.Min ?? long.MinValue)
                    || number > (parameter.Max ?? long.MaxValue) => $"must be a whole number{Range(parameter)}.",
            _ => null,
        };
    }

    /// <summary>Everything is encoded before it is sent; should a gateway decode it again, an id must not become another path. Only object
    /// keys have slashes.</summary>
    private static bool BreaksOut(ActionParameter parameter, string value) =>
        parameter.RefersTo switch
        {
            ResourceKind.SignedUrl => false,
            ResourceKind.Object => value.Split('/', '\\').Any(part => part is "." or ".."),
            _ => value.AsSpan().ContainsAny('/', '\\', '%'),
        };

    private static string Range(ActionParameter parameter) =>
        (parameter.Min, parameter.Max) switch
        {
            ({ } min, { } max) => $" from {min} to {max}",
            ({ } min, null) => $", {min} or more",
            (null, { } max) => $", {max} or less",
            _ => "",
        };

    private static InputFault Unknown(ActionDefinition action, ParameterPlace place, string field)
    {
        var known = action
            .Parameters.Where(parameter => parameter.In == place)
            .Select(parameter => parameter.IsFilterPattern ? "filter[attribute]" : parameter.Name)
            .ToList();
        if (place is ParameterPlace.Query && action.Paging is not null)
            known.AddRange([PageRequest.SizeName, PageRequest.NextName]);
        return new(
            field,
            known.Count == 0
                ? $"is not known: {action.Id} has no {FieldOf(place)} parameters."
                : $"is not known; known are {string.Join(", ", known)}."
        );
    }

    private static string FieldOf(ParameterPlace place) =>
        place switch
        {
            ParameterPlace.Path => "path",
            ParameterPlace.Query => "query",
            _ => "headers",
        };

    private static bool GivesActingUser(ActionDefinition action, ActionRequest request) =>
        request.Headers.Keys.Any(name => action.FindParameter(ParameterPlace.Header, name)?.Fill is AccountValue.ActingUser);

    private static ServiceError NoActingUser(ActionDefinition action) =>
        new(
            ErrorCode.ActingUserRequired,
            ErrorSource.Caller,
            $"Autodesk demands an acting user for {action.Id}, and the account has none. Nothing was sent."
        )
        {
            NextStep =
                "Set setup_information.act_as_user_id on the account with PATCH /accounts/{id} to an admin's user id, or give headers.User-Id.",
        };

    [GeneratedRegex(@"^filter\[[A-Za-z0-9_.:-]{1,100}\](-[a-z]{1,20})?\z")]
    private static partial Regex FilterName();
}
