using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>
/// Where each known way to lose a directory is tested. Its customers' (4, 7, 14, 15) come with the customers; those of receiving events
/// (11, 16, 18) are tested beside the callback host, and how long thousands of people take (27) by the benchmark.
/// </summary>
public sealed class LossIndexTests
{
    [Theory]
    [InlineData(1, "Sync.LossTests", "List_of_ids_with_several_pages_is_read_to_its_end")]
    [InlineData(2, "Sync.LossTests", "More_than_a_hundred_departments_come_with_the_first_sync")]
    [InlineData(3, "Sync.LossTests", "One_failing_user_get_leaves_that_person_as_he_was")]
    [InlineData(5, "Sync.LossTests", "Failing_department_list_leaves_the_mirror_as_it_was")]
    [InlineData(6, "Sync.LossTests", "Tag_list_that_fails_or_is_null_removes_no_tag")]
    [InlineData(8, "Sync.LossTests", "Ids_without_names_do_not_blank_names")]
    [InlineData(9, "Jobs.SyncJobTests", "Busy_sync_comes_again_without_counting_as_a_failure")]
    [InlineData(10, "Events.InboxTests", "Work_of_a_dead_process_is_taken_over_when_its_lease_is_over")]
    [InlineData(12, "Events.AnyOrderTests", "Same_end_state")]
    [InlineData(13, "Sync.RemovalTests", "Emptied_visible_range_removes_nobody_and_says_so")]
    [InlineData(17, "Sync.LossTests", "Two_tenants_at_once_never_mix")]
    [InlineData(19, "Sync.LossTests", "Token_that_dies_in_the_middle_of_a_run_costs_one_new_token")]
    [InlineData(20, "Sync.CredentialTests", "Department_whose_parent_is_invisible_is_kept_with_its_parent_id")]
    [InlineData(21, "Sync.LossTests", "Person_in_several_departments_is_one_person_with_as_many_memberships")]
    [InlineData(22, "Sync.IdentityTests", "People_without_mobile_and_mail_are_all_kept")]
    [InlineData(23, "Sync.IdentityTests", "Changed_userid_is_a_rename_and_relations_follow")]
    [InlineData(24, "Sync.IdentityTests", "Returner_is_restored_with_the_same_ref")]
    [InlineData(25, "Sync.LossTests", "One_bad_row_costs_only_itself")]
    [InlineData(26, "Sync.RunControlTests", "Run_whose_process_died_is_taken_over_by_the_next")]
    public void Way_to_lose_data_has_its_test(int row, string type, string test)
    {
        var method = typeof(LossIndexTests).Assembly.GetType($"WeComSync.Worker.Tests.{type}")?.GetMethod(test);

        Assert.True(
            method?.GetCustomAttributes(typeof(FactAttribute), inherit: true) is [FactAttribute { Skip: null }],
            $"Row {row}: there is no test {type}.{test}.");
    }
}
