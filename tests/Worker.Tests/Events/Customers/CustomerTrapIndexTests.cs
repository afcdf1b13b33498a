using Xunit;

namespace WeComSync.Worker.Tests.Events.Customers;

/// <summary>Where each known surprise of WeCom's customer interface (K§8) is tested, or why none of our readings can meet it.</summary>
public sealed class CustomerTrapIndexTests
{
    private const int Traps = 28;

    private static readonly Dictionary<int, string> NeverMet = new()
    {
        [14] = "Which tags an application may edit or delete: nothing here edits or deletes a tag, and all of them can be read.",
    };

    [Fact]
    public void Every_trap_has_a_test_or_cannot_be_met()
    {
        var tested = typeof(CustomerTrapIndexTests).GetMethod(nameof(Trap_has_its_test))!.GetCustomAttributes(typeof(InlineDataAttribute), inherit: false)
            .Cast<InlineDataAttribute>().Select(row => (int)row.Data[0]!).ToHashSet();

        Assert.Empty(tested.Intersect(NeverMet.Keys));
        Assert.Equal(Enumerable.Range(1, Traps), tested.Union(NeverMet.Keys).Order());
    }

    [Theory]
    [InlineData(1, "Events.Customers.CustomerEventTrapTests", "Events_of_one_second_that_differ_only_in_their_ids_all_count_in_any_order")]
    [InlineData(1, "Events.Customers.CustomerModelTests", "After_one_pull_the_mirror_equals_the_truth")]
    [InlineData(2, "Sync.Customers.CustomerPullTests", "Changes_between_pulls_reach_the_mirror_row_by_row")]
    [InlineData(3, "Sync.Customers.CustomerLossTests", "Member_without_customers_is_no_error_however_WeCom_says_it")]
    [InlineData(3, "Events.Customers.CustomerEventTests", "New_relation_that_WeCom_does_not_know_yet_is_asked_for_again")]
    [InlineData(3, "Events.Customers.CustomerEventTests", "Half_added_customer_waits_until_the_member_confirms")]
    [InlineData(4, "Events.Customers.CustomerEventTests", "Customer_who_deletes_the_member_is_known_from_the_event_alone_and_pulls_keep_it")]
    [InlineData(5, "Events.Customers.CustomerEventTests", "Deleted_relation_is_not_brought_back_by_a_stale_answer")]
    [InlineData(5, "Events.Customers.LateCustomerEventTests", "Relation_that_a_reading_lacked_is_not_brought_by_a_stale_answer_and_one_that_begins_later_is")]
    [InlineData(6, "Events.Customers.CustomerEventTrapTests", "Customer_added_again_with_the_data_of_the_first_time_is_live_again")]
    [InlineData(6, "Events.Customers.LateCustomerEventTests", "Relation_that_a_reading_lacked_is_back_at_once_where_the_members_list_has_it")]
    [InlineData(7, "Events.Customers.CustomerEventTrapTests", "Customer_without_a_follower_in_sight_keeps_his_relation")]
    [InlineData(8, "Events.Customers.CustomerEventTrapTests", "Customer_of_many_members_is_read_over_all_pages_and_each_has_remark_and_tags_of_his_own")]
    [InlineData(9, "Sync.Customers.CustomerLossTests", "Personal_tags_are_never_wiped_by_the_batch_that_does_not_tell_them")]
    [InlineData(9, "Events.Customers.CustomerEventTrapTests", "Rule_tag_gets_its_name_from_the_customer_who_carries_it_and_pulls_keep_it")]
    [InlineData(9, "Sync.Customers.CustomerTrapTests", "Rule_tags_that_a_pull_meets_get_their_names_from_as_few_customers_as_can_be")]
    [InlineData(10, "Sync.Customers.CustomerTrapTests", "Cursor_that_WeCom_forgets_costs_a_new_beginning_of_its_chunk_and_no_relation")]
    [InlineData(10, "Sync.Customers.CustomerTrapTests", "Relation_that_a_page_leaves_out_is_not_removed_while_the_members_list_has_it")]
    [InlineData(10, "Events.Customers.CustomerEventTrapTests", "Cursor_that_WeCom_forgets_between_two_pages_of_followers_costs_a_new_beginning")]
    [InlineData(11, "Sync.Customers.CustomerTrapTests", "Limit_that_is_met_slows_the_pull_and_loses_nothing")]
    [InlineData(12, "Sync.Customers.CustomerPullTests", "Range_that_shrinks_removes_no_relation_and_one_that_grows_again_doubles_none")]
    [InlineData(12, "Sync.Customers.CustomerMemberTests", "Empty_list_of_a_member_who_is_out_of_the_range_by_then_proves_nothing")]
    [InlineData(12, "Sync.Customers.CustomerMemberTests", "Chat_of_an_owner_who_is_out_of_the_range_by_then_stays_and_a_dismissed_one_goes")]
    [InlineData(13, "Events.Customers.CustomerEventTests", "Deleted_tag_group_takes_its_tags_from_all_customers_and_a_shuffle_without_id_renews_every_order")]
    [InlineData(15, "Sync.Customers.CustomerLossTests", "Developer_id_bound_later_fills_in_and_another_one_is_recorded")]
    [InlineData(16, "Sync.Customers.CustomerTrapTests", "Strangers_in_a_group_have_a_unionid_and_no_relation")]
    [InlineData(17, "Events.Customers.CustomerEventTests", "Group_data_that_lag_behind_their_event_are_read_again")]
    [InlineData(18, "Sync.Customers.CustomerTrapTests", "Owners_are_named_so_that_no_company_is_too_large_and_a_leavers_groups_stay")]
    [InlineData(19, "Events.Customers.CustomerEventTrapTests", "Way_into_a_group_is_read_and_not_taken_from_the_event_that_numbers_it_otherwise")]
    [InlineData(20, "Sync.Customers.CustomerTrapTests", "Names_with_emoji_without_any_visible_letter_or_twice_the_same_are_kept_as_they_are")]
    [InlineData(21, "Events.Customers.CustomerEventTrapTests", "Event_about_an_id_of_another_company_changes_nothing")]
    [InlineData(22, "Sync.Customers.CustomerTrapTests", "Company_without_a_customer_secret_is_read_with_its_applications")]
    [InlineData(22, "Events.Customers.CustomerEventTests", "Every_kind_of_change_reaches_the_mirror")]
    [InlineData(23, "Events.Customers.CustomerEventTests", "Welcome_code_is_kept_encrypted_and_forgotten_when_WeCom_takes_it_no_longer")]
    [InlineData(23, "Events.Customers.CustomerEventTrapTests", "Copies_for_two_listed_applications_make_one_relation_and_two_welcome_codes")]
    [InlineData(24, "Events.Customers.CustomerEventTests", "Transfer_moves_the_customer_and_a_failed_one_is_noted")]
    [InlineData(24, "Events.Customers.CustomerEventTrapTests", "Transfer_to_somebody_who_has_the_customer_already_is_told_by_the_deletion_alone")]
    [InlineData(25, "Events.Customers.CustomerEventTrapTests", "Consent_to_the_archive_is_kept_with_its_welcome_code_and_moves_no_relation")]
    [InlineData(25, "Events.Customers.CustomerEventTrapTests", "Hint_of_the_archive_is_kept_and_changes_nothing")]
    [InlineData(26, "Sync.Customers.CustomerPullTests", "Mirror_says_what_WeCom_says_and_a_second_pull_writes_nothing")]
    [InlineData(27, "Events.Customers.CustomerEventTrapTests", "User_of_another_company_has_no_unionid_and_no_welcome_code")]
    [InlineData(28, "Sync.Customers.CustomerMemberTests", "Member_whose_listing_fails_in_any_way_keeps_his_relations_and_is_named_and_the_others_are_read")]
    [InlineData(28, "Sync.Customers.CustomerLossTests", "Member_who_cannot_be_read_keeps_his_relations_and_is_named")]
    [InlineData(28, "Sync.Customers.CustomerLossTests", "Relations_follow_a_renamed_member_and_those_of_a_leaver_stay_marked")]
    public void Trap_has_its_test(int trap, string type, string test)
    {
        var method = typeof(CustomerTrapIndexTests).Assembly.GetType($"WeComSync.Worker.Tests.{type}")?.GetMethod(test);

        Assert.True(
            method?.GetCustomAttributes(typeof(FactAttribute), inherit: true) is [FactAttribute { Skip: null }],
            $"Trap {trap}: there is no test {type}.{test}.");
    }
}
