//! Terminals that are known to show colours.

/// Names and beginnings of names of terminal types.
const EXACT: &[&str] = &[
    "ansi",
    "con132x25",
    "con132x30",
    "con132x43",
    "con132x60",
    "con80x25",
    "con80x28",
    "con80x30",
    "con80x43",
    "con80x50",
    "con80x60",
    "cons25",
    "console",
    "cygwin",
    "dtterm",
    "eterm-color",
    "Eterm",
    "foot",
    "hurd",
    "jfbterm",
    "mach-color",
    "mach-gnu-color",
    "mlterm",
    "putty",
    "screen",
    "terminator",
    "vt100",
    "kterm",
    "tmux",
];
const BEGINNINGS: &[&str] = &[
    "gnome",
    "konsole",
    "linux",
    "alacritty",
    "rxvt",
    "st",
    "vt220",
    "xterm",
    "screen-",
    "tmux-",
    "putty-",
    "stterm",
];

/// Whether a terminal of this type shows colours.
pub fn shows_colors(name: &str) -> bool {
    let inside = ["color", "direct"].iter().any(|part| name.contains(part));
    inside || EXACT.contains(&name) || BEGINNINGS.iter().any(|start| name.starts_with(start))
}
