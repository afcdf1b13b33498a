using System.Text.Json.Serialization;

namespace WeComSync.Worker.WeCom.Json;

// What the endpoints answer beside errcode and errmsg. Every part may be missing.

/// <summary>An answer without errcode is WeCom's only if it has what was asked for.</summary>
internal interface IReply
{
    [JsonIgnore]
    bool HasContent { get; }
}

internal sealed record TokenReply(string? AccessToken, long? ExpiresIn) : IReply
{
    public bool HasContent => !string.IsNullOrEmpty(AccessToken);

    public override string ToString() => nameof(TokenReply);
}

internal sealed record DepartmentIdsReply([property: JsonConverter(typeof(WholeListConverter<WeComDepartmentNode>))] WeComDepartmentNode[]? DepartmentId) : IReply
{
    public bool HasContent => DepartmentId is not null;
}

internal sealed record DepartmentsReply([property: JsonConverter(typeof(WholeListConverter<WeComDepartment>))] WeComDepartment[]? Department) : IReply
{
    public bool HasContent => Department is not null;
}

/// <summary><c>department/get</c>, whose object is read as a list of one.</summary>
internal sealed record DepartmentReply(WeComDepartment[]? Department) : IReply
{
    public bool HasContent => Department is not null;
}

internal sealed record UserIdsRequest(string? Cursor, int Limit);

internal sealed record UserIdsReply(string? NextCursor, [property: JsonConverter(typeof(WholeListConverter<UserIdsRow>))] UserIdsRow[]? DeptUser) : IReply
{
    public bool HasContent => DeptUser is not null;
}

internal sealed record UserIdsRow([property: JsonConverter(typeof(IdConverter))] string? Userid, long? Department);

internal sealed record TagsReply([property: JsonConverter(typeof(WholeListConverter<WeComTag>))] WeComTag[]? Taglist) : IReply
{
    public bool HasContent => Taglist is not null;
}

internal sealed record TagReply(
    string? Tagname,
    [property: JsonConverter(typeof(WholeListConverter<UserIdRow>))] UserIdRow[]? Userlist,
    [property: JsonConverter(typeof(WholeNumberListConverter))] long[]? Partylist) : IReply
{
    public bool HasContent => Userlist is not null || Partylist is not null;
}

internal sealed record UserIdRow([property: JsonConverter(typeof(IdConverter))] string? Userid);

internal sealed record AddressesReply(string[]? IpList) : IReply
{
    public bool HasContent => IpList is not null;
}

/// <summary>What WeCom answers to a call that writes. Only a new department has an id.</summary>
internal sealed record WrittenReply(long? Id) : IReply
{
    public bool HasContent => Id is not null;
}

internal sealed record AgentReply(
    long? Agentid,
    string? Name,
    long? Close,
    [property: JsonConverter(typeof(RowConverter<AgentUsers>))] AgentUsers? AllowUserinfos,
    [property: JsonConverter(typeof(RowConverter<AgentDepartments>))] AgentDepartments? AllowPartys,
    [property: JsonConverter(typeof(RowConverter<AgentTags>))] AgentTags? AllowTags,
    string? SquareLogoUrl,
    string? Description,
    string? RedirectDomain,
    string? HomeUrl) : IReply
{
    public bool HasContent => Agentid is not null;
}

internal sealed record AgentUsers(UserIdRow[]? User);

internal sealed record AgentDepartments(long[]? Partyid);

internal sealed record AgentTags(long[]? Tagid);
