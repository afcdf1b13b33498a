namespace WeComSync.Worker.WebConsole.Settings;

/// <summary>One field of a settings form.</summary>
/// <param name="Name">Its name in the form, for example <c>contacts.token</c>.</param>
/// <param name="Label">What people call it.</param>
/// <param name="From">Which page of WeCom's administration it comes from.</param>
/// <param name="Value">What is stored or was typed; never of a secret.</param>
/// <param name="Problem">What is wrong with it.</param>
internal sealed record FieldView(string Name, string Label, string From, string? Value = null, string? Problem = null)
{
    /// <summary>A secret: it is written, and never read again.</summary>
    public bool Secret { get; init; }

    /// <summary>Something is stored already.</summary>
    public bool IsSet { get; init; }

    public DateTimeOffset? SetAt { get; init; }

    /// <summary>It may be removed by a tick.</summary>
    public bool Clearable { get; init; }

    public bool Required { get; init; }

    public bool Digits { get; init; }

    /// <summary>In addresses within the page.</summary>
    public string Id => Name.Replace('.', '-');
}
