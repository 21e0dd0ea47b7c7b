using Microsoft.AspNetCore.Http;

namespace Orchestrator.Gateway.Requests;

/// <summary>What a URL asks for: a verb on a resource, or on a path that is no resource.</summary>
/// <remarks>Upstream: apiserver/pkg/endpoints/request/requestinfo.go. Authorization and routing both read this, so they cannot disagree.</remarks>
internal sealed record RequestTarget
{
    /// <summary>True for <c>/api/VERSION/...</c> and <c>/apis/GROUP/VERSION/...</c>.</summary>
    public bool IsResource { get; init; }

    /// <summary>The path as sent.</summary>
    public required string Path { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, deletecollection; for other paths the method in lower case.</summary>
    public required string Verb { get; init; }

    /// <summary>The API group; empty for the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The API version.</summary>
    public string Version { get; init; } = "";

    /// <summary>The namespace in the URL; for a Namespace object its own name.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>True when the resource stands below a namespace in the path: <c>namespaces/NAMESPACE/RESOURCE</c>.</summary>
    public bool InNamespace { get; init; }

    /// <summary>The plural resource.</summary>
    public string Resource { get; init; } = "";

    /// <summary>The object's name; of a list or watch the name that a field selector pins.</summary>
    public string Name { get; init; } = "";

    /// <summary>The subresource; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>What follows the subresource, as behind <c>proxy/</c>.</summary>
    public string Rest { get; init; } = "";

    /// <summary>True when the name stands in the path and not in a selector.</summary>
    public bool NameInPath { get; init; }

    /// <summary>True for the old form <c>/api/v1/watch/...</c>.</summary>
    public bool LegacyWatch { get; init; }

    /// <summary>Reads a request.</summary>
    public static RequestTarget Parse(string method, string path, IQueryCollection query)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var plain = new RequestTarget { Path = path, Verb = method.ToLowerInvariant() };
        var core = parts.Length >= 3 && parts[0] == "api";
        var named = parts.Length >= 4 && parts[0] == "apis";
        if (!core && !named)
        {
            return plain;
        }

        var rest = parts.AsSpan(core ? 2 : 3);
        var legacyWatch = rest[0] == "watch";
        if (legacyWatch)
        {
            rest = rest[1..];
            if (rest.Length == 0)
            {
                return plain;
            }
        }

        var target = Locate(rest, plain) with
        {
            IsResource = true,
            Group = core ? "" : parts[1],
            Version = core ? parts[1] : parts[2],
            LegacyWatch = legacyWatch,
        };
        return WithVerb(target, method, query);
    }

    private static RequestTarget Locate(ReadOnlySpan<string> rest, RequestTarget target)
    {
        if (rest[0] == "namespaces" && rest.Length > 1)
        {
            target = target with { Namespace = rest[1] };

            // Only these are subresources of a Namespace; anything else is a resource inside it.
            if (rest.Length > 2 && rest[2] is not ("status" or "finalize"))
            {
                target = target with { InNamespace = true };
                rest = rest[2..];
            }
        }

        return target with
        {
            Resource = rest[0],
            Name = rest.Length > 1 ? rest[1] : "",
            NameInPath = rest.Length > 1,
            Subresource = rest.Length > 2 ? rest[2] : "",
            Rest = rest.Length > 3 ? string.Join('/', rest[3..]) : "",
        };
    }

    private static RequestTarget WithVerb(RequestTarget target, string method, IQueryCollection query)
    {
        var verb = method switch
        {
            "POST" => "create",
            "GET" or "HEAD" => "get",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => "",
        };
        if (verb == "get" && target.LegacyWatch)
        {
            verb = "watch";
        }
        else if (verb == "get" && target.Subresource.Length == 0 && (!target.NameInPath || WantsWatch(query)))
        {
            verb = WantsWatch(query) ? "watch" : target.NameInPath ? "get" : "list";
        }
        else if (verb == "delete" && !target.NameInPath)
        {
            verb = "deletecollection";
        }

        target = target with { Verb = verb };
        return target.Name.Length == 0 && verb is "list" or "watch" or "deletecollection" && PinnedName(query) is { } name
            ? target with { Name = name }
            : target;
    }

    private static bool WantsWatch(IQueryCollection query) => query.ContainsKey("watch") && QueryValues.IsTrue(query.First("watch"));

    private static string? PinnedName(IQueryCollection query)
    {
        const string Field = "metadata.name=";
        foreach (var term in query.First("fieldSelector").Split(','))
        {
            if (term.StartsWith(Field, StringComparison.Ordinal))
            {
                var name = term[Field.Length..].TrimStart('=');
                return name.Length == 0 ? null : name;
            }
        }

        return null;
    }
}
