namespace WeComSync.Worker.Sync;

/// <summary>A failure that a person can mend.</summary>
internal interface IActionable
{
    /// <summary>The step that mends it.</summary>
    string Action { get; }
}

/// <summary>The tenant has no secret that lists its directory.</summary>
internal sealed class NoCredentialException(string tenant)
    : Exception(SyncTexts.NoCredential.With(tenant)), IActionable
{
    public string Action => "Add 'contacts.secret' or 'app.agentId' with 'app.secret' to the tenant file and run `tenants apply`.";
}

/// <summary>WeCom answered without an error and without a single person or department.</summary>
internal sealed class NothingReadException()
    : Exception(SyncTexts.NothingRead.With()), IActionable
{
    public string Action =>
        "Open 应用管理 → the application → 可见范围 and put the departments to be mirrored into the visible range.";
}
