namespace WeComSync.Callbacks.Keys;

/// <summary>The database answers but lacks what this release needs.</summary>
internal sealed class NotMigratedException() : Exception("the database is not prepared for this release; run the worker's 'migrate'");
