namespace WeComSync.Worker.Doctor;

/// <summary>The languages that the doctor speaks.</summary>
internal enum DoctorLanguage
{
    English,

    /// <summary>简体中文.</summary>
    Chinese,
}
