//! What a built module must not hold: paths of the machine it was built on, and
//! imports that its kind has no right to.

use anyhow::{Context as _, Result, bail};

use super::list::{Guest, Kind};
use crate::checkout::Checkout;
use crate::tidy::MACHINE_FOLDERS;

const PREVIEW_1: &str = "wasi_snapshot_preview1";
const OWN: &str = "wardian_v1";
const IMPORT_SECTION: u8 = 2;

/// Checks the module of `guest`.
pub fn check(checkout: &Checkout, guest: &Guest, wasm: &[u8]) -> Result<()> {
    for path in machine_paths(checkout) {
        if let Some(text) = occurrence(wasm, path.as_bytes()) {
            bail!(
                "{}: the module holds a path of this machine: {text}",
                guest.name
            );
        }
    }
    let allowed: &[&str] = match guest.kind {
        Kind::Tool => &[PREVIEW_1, OWN],
        Kind::Probe => &[PREVIEW_1],
    };
    let imports = import_modules(wasm)
        .with_context(|| format!("{}: not a core wasm module that can be read", guest.name))?;
    for module in imports {
        if !allowed.contains(&module.as_str()) {
            bail!(
                "{}: imports from {module}; it may from {}",
                guest.name,
                allowed.join(" and ")
            );
        }
    }
    Ok(())
}

fn machine_paths(checkout: &Checkout) -> Vec<String> {
    let mut paths: Vec<String> = MACHINE_FOLDERS.iter().map(ToString::to_string).collect();
    let home = std::env::home_dir();
    for folder in home.into_iter().chain([checkout.path("")]) {
        let folder = folder.to_string_lossy().trim_end_matches('/').to_owned();
        // Users and checkouts at the very root say nothing about a machine.
        if folder.matches('/').count() > 1 {
            paths.push(format!("{folder}/"));
        }
    }
    paths
}

/// The text around the first place where `needle` occurs.
fn occurrence(haystack: &[u8], needle: &[u8]) -> Option<String> {
    let at = haystack
        .windows(needle.len())
        .position(|window| window == needle)?;
    let end = haystack.len().min(at + 120);
    let text = String::from_utf8_lossy(&haystack[at..end]);
    Some(text.chars().take_while(|c| !c.is_control()).collect())
}

/// The names of the modules that a module imports from, with repetitions; none
/// if the bytes are no core module.
fn import_modules(wasm: &[u8]) -> Option<Vec<String>> {
    let mut rest = wasm.strip_prefix(b"\0asm\x01\0\0\0")?;
    while let Some((id, tail)) = rest.split_first() {
        let mut reader = Reader(tail);
        let size = reader.number()?;
        let section = reader.take(size)?;
        if *id == IMPORT_SECTION {
            return Reader(section).imports();
        }
        rest = reader.0;
    }
    Some(Vec::new())
}

/// Reads numbers and names of the binary format from a slice's front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    fn number(&mut self) -> Option<usize> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return usize::try_from(value).ok();
            }
        }
        None
    }

    fn name(&mut self) -> Option<String> {
        let length = self.number()?;
        String::from_utf8(self.take(length)?.to_vec()).ok()
    }

    fn imports(mut self) -> Option<Vec<String>> {
        let mut modules = Vec::new();
        for _ in 0..self.number()? {
            modules.push(self.name()?);
            self.name()?;
            self.description()?;
        }
        Some(modules)
    }

    /// Skips what an import is: a function, table, memory or global.
    fn description(&mut self) -> Option<()> {
        match self.byte()? {
            0 => drop(self.number()?),
            1 => {
                self.byte()?;
                self.limits()?;
            }
            2 => self.limits()?,
            3 => drop(self.take(2)?),
            _ => return None,
        }
        Some(())
    }

    fn limits(&mut self) -> Option<()> {
        let has_maximum = self.byte()? & 1 == 1;
        self.number()?;
        if has_maximum {
            self.number()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn imports_are_read_whatever_their_kind() {
        let section = b"\x04\x01a\x01f\0\x05\x01b\x01t\x01\x70\0\x01\x01c\x01m\x02\x01\x01\x02\x01d\x01g\x03\x7f\0";
        let mut wasm = HEADER.to_vec();
        wasm.extend([0, 3, 1, b'x', 9]); // a custom section first
        wasm.extend([IMPORT_SECTION, u8::try_from(section.len()).unwrap()]);
        wasm.extend(section);
        assert_eq!(import_modules(&wasm).unwrap(), ["a", "b", "c", "d"]);
    }

    #[test]
    fn modules_that_cannot_be_read_are_refused() {
        assert_eq!(import_modules(HEADER), Some(Vec::new()));
        assert_eq!(import_modules(b"\0asm\x0d\0\x01\0"), None);
        assert_eq!(import_modules(b"\0asm\x01\0\0\0\x02\x7f"), None);
        assert_eq!(import_modules(b"#!/bin/sh"), None);
    }

    #[test]
    fn a_path_is_shown_up_to_where_it_ends() {
        let found = occurrence(b"xx/home/crate/lib.rs\0yy", b"/home/");
        assert_eq!(found.as_deref(), Some("/home/crate/lib.rs"));
        assert_eq!(occurrence(b"/homely", b"/home/"), None);
    }
}
