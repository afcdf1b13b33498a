namespace WeComSync.Worker.WebConsole.Access;

/// <summary>
/// PostgreSQL keeps every character but U+0000, which no keyboard makes and no page needs. It is refused once for all pages, wherever in
/// a request it stands, rather than by each statement that would meet it.
/// </summary>
internal static class UnstorableText
{
    /// <summary>The status by which the page of failures tells it from other bad requests.</summary>
    public const int Status = StatusCodes.Status422UnprocessableEntity;

    public static void RefuseUnstorableText(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        try
        {
            if (await HoldsNullAsync(context.Request, context.RequestAborted))
            {
                context.Response.StatusCode = Status;
                return;
            }
        }
        catch (BadHttpRequestException refused)
        {
            // Too long, or cut off.
            context.Response.StatusCode = refused.StatusCode;
            return;
        }
        catch (InvalidDataException)
        {
            // A form with too many fields, or one that is none.
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await next(context);
    });

    private static async Task<bool> HoldsNullAsync(HttpRequest request, CancellationToken ct) =>
        HoldsNull(request.Path.Value)
        || request.Query.Any(field => HoldsNull(field.Key) || field.Value.Any(HoldsNull))
        || request.HasFormContentType && (await request.ReadFormAsync(ct)).Any(field => HoldsNull(field.Key) || field.Value.Any(HoldsNull));

    private static bool HoldsNull(string? text) => text?.Contains('\0', StringComparison.Ordinal) is true;
}
