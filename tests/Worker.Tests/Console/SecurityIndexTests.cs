using System.Text.RegularExpressions;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>Which test shows each security requirement of the console (CO), stored secrets (SE), logs (LO) and Hangfire's dashboard (HF).</summary>
public sealed class SecurityIndexTests
{
    [Theory]
    [InlineData("CO 11", "Worker.Tests/Console/LoginGuardTests", "Address_that_guessed_is_shut_out_for_five_minutes_and_others_are_not")]
    [InlineData("CO 11", "Worker.Tests/Console/LoginTests", "Wrong_logins_are_refused_and_repeated_ones_shut_out_the_right_one_too")]
    [InlineData("CO 11", "Worker.Tests/Console/TwoFactorTests", "Login_needs_the_authenticators_code_or_a_recovery_code_that_works_once")]
    [InlineData("CO 11", "Worker.Tests/Console/ConsoleOptionsTests", "Wrong_setting_is_refused_with_its_key")]
    [InlineData("CO 11", "Browser.Tests/GuideTests", "New_administrator_gets_from_the_first_login_to_people_who_appear_by_themselves")]
    [InlineData("CO 12", "Worker.Tests/Console/ConsoleSecurityTests", "Session_cookie_is_out_of_reach_of_scripts_and_of_other_sites_forms")]
    [InlineData("CO 12", "Worker.Tests/Console/ConsoleSecurityTests", "Behind_https_the_cookies_are_for_https_and_this_host_alone")]
    [InlineData("CO 12", "Worker.Tests/Console/AccountTests", "Password_change_ends_every_other_session_and_the_old_password")]
    [InlineData("CO 12", "Worker.Tests/Console/AccountTests", "Configured_password_that_changes_is_set_and_ends_sessions_and_one_that_stays_does_not_undo_a_change")]
    [InlineData("CO 13", "Worker.Tests/Console/AccessTests", "Every_form_is_refused_without_its_antiforgery_token")]
    [InlineData("CO 13", "Worker.Tests/Console/AccessTests", "Every_handler_of_a_form_is_refused_with_no_token_and_with_that_of_somebody_else_also_when_script_sends_it")]
    [InlineData("CO 11", "Worker.Tests/Console/TwoFactorTests", "Looking_at_the_page_and_typing_a_wrong_code_change_nothing_and_end_no_session_and_switching_on_ends_the_others")]
    [InlineData("CO 13", "Worker.Tests/Console/ConsoleSecurityTests", "Form_without_an_antiforgery_token_is_refused")]
    [InlineData("CO 13", "Worker.Tests/Console/ConsoleSecurityTests", "Every_answer_tells_browsers_what_not_to_do")]
    [InlineData("CO 13", "Worker.Tests/Console/ConsoleSecurityTests", "No_page_needs_inline_script")]
    [InlineData("CO 13", "Browser.Tests/PageTests", "Every_page_is_accessible_in_both_languages_light_and_dark_fits_a_phone_and_shows_neither_secret_nor_inline_script")]
    [InlineData("CO 14", "Worker.Tests/Console/AccessTests", "No_other_route_lets_strangers_in")]
    [InlineData("CO 14", "Worker.Tests/Console/AccessTests", "Every_route_about_an_enterprise_asks_whose_it_is_and_every_other_is_the_operators_unless_it_is_named_here")]
    [InlineData("CO 14", "Worker.Tests/Console/AccessTests", "Administrator_of_one_enterprise_reaches_nothing_of_another_by_any_route_and_method")]
    [InlineData("CO 14", "Worker.Tests/Console/AccessTests", "Administrator_reaches_nothing_of_the_operators_by_any_route_and_method")]
    [InlineData("CO 14", "Worker.Tests/Console/AccessTests", "Strangers_reach_nothing_by_any_route_and_method")]
    [InlineData("CO 14", "Worker.Tests/Console/HeldRemovalPageTests", "Rows_of_one_enterprise_are_nothing_to_another")]
    [InlineData("CO 15", "Worker.Tests/Console/FreshLoginTests", "Secrets_removals_and_the_binding_ask_for_the_password_again_when_it_was_given_long_ago")]
    [InlineData("CO 15", "Worker.Tests/Console/HeldRemovalPageTests", "Single_removals_are_approved_or_discarded_and_the_others_wait")]
    [InlineData("CO 15", "Worker.Tests/Console/PlatformTests", "Platform_is_bound_once_and_page_and_database_refuse_every_change")]
    [InlineData("CO 15", "Worker.Tests/Console/PlatformTests", "Audit_log_cannot_be_changed")]
    [InlineData("CO 16", "Worker.Tests/Console/HostileNameTests", "Pages_and_exports_show_a_hostile_name_as_text")]
    [InlineData("CO 16", "Worker.Tests/Console/HostileNameTests", "Cell_that_a_spreadsheet_would_run_is_text")]
    [InlineData("CO 16", "Worker.Tests/Console/HostileNameTests", "Line_ends_and_keeps_characters_whole")]
    [InlineData("CO 16", "Worker.Tests/Console/Writing/EmployeeWritingTests", "Hostile_names_are_text_everywhere")]
    [InlineData("CO 17", "Worker.Tests/Console/OriginTests", "Source_that_a_header_names_is_believed_from_configured_proxies_alone")]
    [InlineData("CO 17", "Worker.Tests/Console/OriginTests", "Pages_are_shown_under_the_consoles_own_name_alone_and_health_under_any")]
    [InlineData("CO 17", "Callbacks.Tests/Hosting/ManagementTests", "Forwarded_source_is_believed_from_configured_proxies_only")]
    [InlineData("SE 18", "Worker.Tests/Storage/SecretProtectorTests", "Text_opens_for_its_own_tenant_and_field_alone")]
    [InlineData("SE 18", "Callbacks.Tests/Hosting/SecrecyTests", "No_secret_and_no_body_is_in_logs_spool_or_database")]
    [InlineData("SE 19", "Worker.Tests/Commands/CommandFrameTests", "Outside_Development_secrets_need_a_certificate")]
    [InlineData("SE 19", "Worker.Tests/Commands/CommandFrameTests", "Host_with_another_certificate_than_the_first_refuses_to_work")]
    [InlineData("SE 19", "Callbacks.Tests/Hosting/StartTests", "Host_with_another_certificate_ends_and_names_the_setting")]
    [InlineData("SE 20", "Worker.Tests/Console/SettingsTests", "Credentials_are_saved_encrypted_and_no_page_ever_shows_them")]
    [InlineData("SE 20", "EndToEnd/Events/SecrecyTests", "Neither_logs_of_both_hosts_nor_dashboard_metrics_and_a_dump_hold_a_secret_or_what_an_event_said")]
    [InlineData("SE 21", "Worker.Tests/Commands/Secrets/SecretsRotateTests", "Ten_thousand_values_are_protected_anew_through_two_kills_and_the_former_certificate_is_needed_no_more")]
    [InlineData("SE 21", "Worker.Tests/Commands/Secrets/SecretsRotateTests", "Every_field_that_can_be_protected_has_a_column_that_is_rotated")]
    [InlineData("SE 21", "Worker.Tests/Commands/Secrets/SecretsRotateTests", "Every_column_that_is_called_like_a_secret_is_rotated_or_is_known_to_be_none")]
    [InlineData("SE 21", "Worker.Tests/Commands/Secrets/SecretsRotateTests", "Column_that_was_forgotten_is_named_and_a_value_that_does_not_open_is_left_and_counted")]
    [InlineData("SE 22", "Callbacks.Tests/Receiving/AddressTests", "Rotated_keys_work_at_once_and_the_former_ones_until_their_end")]
    [InlineData("SE 22", "Worker.Tests/Commands/Tenants/TenantApplyTests", "Changed_callback_settings_keep_the_former_ones_for_five_minutes")]
    [InlineData("SE 23", "EndToEnd/Events/SecrecyTests", "Neither_logs_of_both_hosts_nor_dashboard_metrics_and_a_dump_hold_a_secret_or_what_an_event_said")]
    [InlineData("SE 23", "EndToEnd/Events/WelcomeCodeTests", "Code_stands_nowhere_in_the_database_after_20_seconds_not_even_encrypted_and_a_repeat_is_still_a_duplicate")]
    [InlineData("SE 24", "Worker.Tests/Storage/SecretProtectorTests", "Protection_is_of_a_release_without_known_holes_and_the_build_fails_on_others")]
    [InlineData("LO 25", "EndToEnd/Events/SecrecyTests", "Neither_logs_of_both_hosts_nor_dashboard_metrics_and_a_dump_hold_a_secret_or_what_an_event_said")]
    [InlineData("LO 25", "Callbacks.Tests/Hosting/SecrecyTests", "No_secret_and_no_body_is_in_logs_spool_or_database")]
    [InlineData("LO 25", "Worker.Tests/WeCom/SecretsInLogsTests", "No_secret_and_no_person_reaches_a_log_or_an_exception")]
    [InlineData("LO 25", "Worker.Tests/Jobs/SyncJobTests", "Failed_sync_is_tried_again_and_its_secrets_are_not_stored")]
    [InlineData("LO 25", "Worker.Tests/Storage/SecretProtectorTests", "Errors_of_the_database_never_quote_rows_whatever_the_connection_string_says")]
    [InlineData("LO 26", "Worker.Tests/Commands/TerminalLinesTests", "Text_from_outside_neither_starts_a_line_nor_moves_the_cursor")]
    [InlineData("LO 26", "Worker.Tests/Console/LogLineTests", "Text_from_outside_neither_starts_a_line_nor_moves_the_cursor_where_lines_are_JSON")]
    [InlineData("LO 26", "EndToEnd/Events/SecrecyTests", "Neither_logs_of_both_hosts_nor_dashboard_metrics_and_a_dump_hold_a_secret_or_what_an_event_said")]
    [InlineData("LO 27", "Worker.Tests/Console/LogLineTests", "Every_line_names_its_tenant_run_or_event_unless_it_is_about_the_whole_host")]
    [InlineData("LO 27", "Worker.Tests/Console/LogLineTests", "Text_from_outside_neither_starts_a_line_nor_moves_the_cursor_where_lines_are_JSON")]
    [InlineData("LO 27", "Callbacks.Tests/Receiving/LimitTests", "One_line_a_second_stands_for_all")]
    [InlineData("HF 37", "Worker.Tests/Console/ConsoleSecurityTests", "Strangers_are_sent_to_the_login_also_from_this_machine_and_through_a_proxy")]
    [InlineData("HF 37", "Worker.Tests/Console/ConsoleSecurityTests", "Strangers_can_post_nothing")]
    [InlineData("HF 38", "Worker.Tests/Console/ConsoleSecurityTests", "Dashboard_takes_orders_only_with_its_antiforgery_token")]
    [InlineData("HF 39", "Worker.Tests/Console/ConsoleSecurityTests", "Operator_logs_in_sees_console_and_dashboard_and_logs_out")]
    [InlineData("HF 39", "Worker.Tests/Console/AccessTests", "Administrator_reaches_nothing_of_the_operators_by_any_route_and_method")]
    [InlineData("HF 40", "Worker.Tests/Jobs/JobArgumentTests", "Jobs_are_queued_with_ids_and_nothing_else")]
    [InlineData("HF 40", "Worker.Tests/Jobs/ScrubbingPerformerTests", "Secrets_go_and_the_rest_stays")]
    [InlineData("HF 41", "Callbacks.Tests/Hosting/DashboardTests", "Nothing_of_the_console_is_here")]
    public void Requirement_has_its_test(string requirement, string file, string test)
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests", $"{file}.cs"));

        // The attributes before it, of which one makes it a test.
        var found = Regex.Match(source, $@"((?:^\s*\[[^\n]*\]\s*\n)+)\s*public (?:async Task|void) {test}\(", RegexOptions.Multiline);
        Assert.True(found.Success && Regex.IsMatch(found.Groups[1].Value, @"\[(Fact|Theory)\b(?!.*Skip)"), $"{requirement}: there is no test {file}.{test}.");
    }
}
