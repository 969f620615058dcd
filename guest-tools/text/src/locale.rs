//! Whether messages and dates are those of the C locale.

/// Whether the environment asks for another locale than C for a category such
/// as `LC_TIME`.
pub fn is_hard(category: &str) -> bool {
    ["LC_ALL", category, "LANG"]
        .iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty())
        .is_some_and(|value| value != "C" && value != "POSIX")
}
