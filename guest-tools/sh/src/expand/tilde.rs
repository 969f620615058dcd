//! `~`, `~user`, `~+`, `~-`.

use super::sink::{Mode, Sink};
use crate::ast::{Part, Word};
use crate::exec::{Flow, Shell};
use crate::vars::Sym;

impl Shell {
    /// A word as one text with each `~` as it stands: bash expands none in the
    /// values of an associative array.
    pub fn expand_without_tildes(&mut self, word: &Word) -> Result<Vec<u8>, Flow> {
        let mut sink = Sink::new(Mode::Single);
        for part in &word.parts {
            match part {
                Part::Tilde(user) => sink.quoted(&[b"~", user.as_slice()].concat()),
                part => self.expand_parts(std::slice::from_ref(part), &mut sink, false)?,
            }
        }
        Ok(sink.into_text())
    }

    /// The directory that `~user` stands for.
    pub fn tilde(&mut self, user: &[u8]) -> Vec<u8> {
        let of = |sh: &Shell, sym: Sym| sh.vars.get(sym).value.text().map(|text| text.into_owned());
        let found = match user {
            b"" => of(self, Sym::HOME)
                .or_else(|| home_of(|_, uid| uid == i64::from(crate::sys::process_info().uid))),
            b"+" => of(self, Sym::PWD),
            b"-" => of(self, Sym::OLDPWD),
            _ => match user.strip_prefix(b"+").unwrap_or(user) {
                digits if digits.iter().all(u8::is_ascii_digit) => {
                    let at = crate::text::parse_int(digits).unwrap_or(0) as usize;
                    self.directory_stack().get(at).cloned()
                }
                _ => home_of(|name, _| name == user),
            },
        };
        found.unwrap_or_else(|| [b"~", user].concat())
    }
}

/// The home directory of the first user in `/etc/passwd` that fits.
fn home_of(fits: impl Fn(&[u8], i64) -> bool) -> Option<Vec<u8>> {
    let fd = crate::sys::open(
        b"/etc/passwd",
        crate::sys::OpenMode {
            read: true,
            ..crate::sys::OpenMode::default()
        },
    )
    .ok()?;
    let mut text = Vec::new();
    let read = crate::sys::read_to_end(fd, &mut text);
    crate::sys::close(fd);
    read.ok()?;
    text.split(|c| *c == b'\n').find_map(|line| {
        let fields: Vec<&[u8]> = line.split(|c| *c == b':').collect();
        let uid = crate::text::parse_int(fields.get(2)?)?;
        fits(fields[0], uid).then(|| fields.get(5).map(|home| home.to_vec()))?
    })
}
