namespace WeComSync.Worker.Doctor;

/// <summary>One thing that the doctor can say: what is so and why, and the step that mends it.</summary>
/// <param name="What">One or two sentences.</param>
/// <param name="Step">Null where there is nothing to do. It has the same placeholders to choose from.</param>
internal sealed record DoctorText(Words What, Words? Step = null);
