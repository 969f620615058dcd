//! What every sandbox must do, whatever its reach: run [`failures`] on yours and
//! expect an empty list.

mod commands;
mod files;

use std::sync::Arc;

use super::Sandbox;

/// What went wrong in a check.
type Checked = Result<(), String>;

/// Runs all checks, in a folder `contract` of the sandbox, and says what did not
/// hold. The sandbox needs bash or sh with the usual tools, and a multi-threaded
/// tokio runtime.
pub async fn failures(sandbox: Arc<dyn Sandbox>) -> Vec<String> {
    let sandbox = &*sandbox;
    let mut failures = Vec::new();
    if let Err(error) = sandbox.mkdir("contract", true).await {
        return vec![format!("the folder `contract` cannot be made: {error}")];
    }
    macro_rules! check {
        ($($module:ident::$name:ident),+ $(,)?) => {$(
            if let Err(message) = $module::$name(sandbox).await {
                failures.push(format!("{}: {message}", stringify!($name)));
            }
        )+};
    }
    check!(
        commands::exit_codes_are_results,
        commands::outputs_are_bytes_and_apart,
        commands::big_outputs_arrive,
        commands::big_input_is_read,
        commands::input_nobody_reads_is_no_error,
        commands::variables_are_set_for_one_command,
        commands::directories_are_relative_to_the_sandboxs,
        commands::a_timeout_is_a_result,
        commands::a_cancelled_token_starts_nothing,
        commands::a_cancel_ends_a_command,
        commands::a_dropped_future_ends_the_command,
        commands::commands_run_beside_each_other,
        commands::the_background_does_not_hold_the_result,
        files::files_hold_any_bytes,
        files::writing_makes_directories,
        files::writing_replaces,
        files::missing_files_are_told_as_such,
        files::stat_follows_links,
        files::exists_never_fails,
        files::directories_are_listed_sorted,
        files::directories_are_made,
        files::removal_keeps_to_its_options,
        files::links_are_removed_not_followed,
        files::paths_resolve_by_their_text,
        files::commands_and_files_see_each_other,
    );
    if let Err(error) = sandbox.rm("contract", true, false).await {
        failures.push(format!("the folder `contract` cannot be removed: {error}"));
    }
    failures
}

/// An error unless the two are equal.
fn equal<T: PartialEq + std::fmt::Debug>(what: &str, got: T, wanted: T) -> Checked {
    if got == wanted {
        Ok(())
    } else {
        Err(format!("{what}: got {got:?}, expected {wanted:?}"))
    }
}

/// An error unless it holds.
fn holds(what: &str, condition: bool) -> Checked {
    if condition {
        Ok(())
    } else {
        Err(format!("it does not hold that {what}"))
    }
}

/// The value, or the sandbox's error as text.
fn told<T, E: std::fmt::Display>(what: &str, result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| format!("{what}: {error}"))
}
