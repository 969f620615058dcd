//! How applets that come from uutils are run.

mod options;

use crate::cli::Context;

/// Runs a uutils program on the arguments of this process, if they are fit
/// by GNU's rules; its own messages about unfit ones are not GNU's.
///
/// `name` selects its message table. Arguments come from the process itself:
/// uutils keeps its own copy for messages.
pub fn run(name: &'static str, program: impl FnOnce(Arguments) -> i32) -> i32 {
    let skip = usize::from(uucore::get_utility_is_second_arg());
    let arguments: Vec<_> = uucore::args_os().skip(skip).collect();
    let bytes: Vec<Vec<u8>> = arguments
        .iter()
        .map(|argument| argument.as_encoded_bytes().to_vec())
        .collect();
    let context = Context::new(&bytes, name, 1);
    if let Err(code) = options::check(context, &bytes) {
        return code;
    }
    wardian_abi::guest::init();
    if let Err(error) = uucore::locale::setup_localization(name) {
        eprintln!("{name}: {error}");
        return 99;
    }
    program(options::suited(name, arguments).into_iter())
}

/// What uutils programs take.
pub type Arguments = std::vec::IntoIter<std::ffi::OsString>;
