//! How applets that come from uutils are run.

/// Runs a uutils program on the arguments of this process.
///
/// `name` selects its message table. Arguments come from the process itself:
/// uutils keeps its own copy for messages.
pub fn run(name: &str, program: impl FnOnce(Arguments) -> i32) -> i32 {
    wardian_abi::guest::init();
    if let Err(error) = uucore::locale::setup_localization(name) {
        eprintln!("{name}: {error}");
        return 99;
    }
    let skip = usize::from(uucore::get_utility_is_second_arg());
    let arguments: Vec<_> = uucore::args_os().skip(skip).collect();
    program(arguments.into_iter())
}

/// What uutils programs take.
pub type Arguments = std::vec::IntoIter<std::ffi::OsString>;
