namespace WeComSync.Simulator.Api;

internal static class DepartmentAccess
{
    /// <returns>0, or why the caller may not read this department.</returns>
    public static int Check(ApiCall call, long id)
    {
        if (call.World.FindDepartment(id) is null)
            return call.Corp.Settings.UnknownDepartmentCode;
        return call.Visibility.Sees(id) ? 0 : call.Corp.Settings.InvisibleDepartmentCode;
    }
}
