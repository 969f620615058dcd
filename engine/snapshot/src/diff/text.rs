//! Changes as text: a list, and unified diffs as `git apply` and `patch` read
//! them.

use std::io::{self, Write};

use wardian_vfs::{NodeKind, Stat, Vfs};

use super::changes::{Change, ChangeKind, Changes};
use super::hunks;

/// How much is compared line by line, and how it is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextLimits {
    /// Files longer than this are only named.
    pub file_bytes: u64,
    /// So many bytes of files are compared; further ones are only named.
    pub total_bytes: u64,
    /// Unchanged lines shown around changed ones.
    pub context: u32,
}

impl Default for TextLimits {
    /// Files of up to 4 MiB, 128 MiB in all, three lines of context.
    fn default() -> TextLimits {
        TextLimits {
            file_bytes: 4 << 20,
            total_bytes: 128 << 20,
            context: 3,
        }
    }
}

/// One side of a change: a file or a symbolic link with its contents.
struct Side {
    stat: Stat,
    /// `None`: too long.
    contents: Option<Vec<u8>>,
}

impl Changes {
    /// Writes one line a change: `A` (added), `D` (removed), `T` (now of another
    /// kind) or `M`, the path, and for `M` what changed. Paths with strange bytes
    /// are quoted as git quotes them.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_list(&self, out: &mut dyn Write) -> io::Result<()> {
        for change in self.iter() {
            let letter = match change.kind() {
                ChangeKind::Added => 'A',
                ChangeKind::Removed => 'D',
                ChangeKind::Modified if change.what.kind => 'T',
                ChangeKind::Modified => 'M',
            };
            write!(out, "{letter} ")?;
            out.write_all(&quoted(b"", &self.path(change)))?;
            let mut sign = " (";
            for part in details(change) {
                write!(out, "{sign}{part}")?;
                sign = ", ";
            }
            writeln!(out, "{}", if sign == ", " { ")" } else { "" })?;
        }
        for path in self.too_long() {
            out.write_all(b"? ")?;
            out.write_all(&quoted(b"", path))?;
            writeln!(out, " (paths below it are too long)")?;
        }
        Ok(())
    }

    /// Writes unified diffs of the files and symbolic links that were added,
    /// removed or changed in contents, target or mode. `before` and `after` are
    /// what was compared. Other kinds of nodes, owners and times have no place in
    /// such text; [`Changes::write_list`] names them.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_unified(
        &self,
        before: &Vfs,
        after: &Vfs,
        limits: &TextLimits,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut left = limits.total_bytes;
        for change in self.iter() {
            let is_shown = change.kind() != ChangeKind::Modified
                || change.what.kind
                || change.what.contents
                || change.what.target
                || change.what.mode;
            if !is_shown {
                continue;
            }
            let mut read = |vfs: &Vfs, stat: &Option<Stat>| {
                stat.as_ref()
                    .and_then(|stat| side(vfs, stat, limits, &mut left))
            };
            let sides = (read(before, &change.before), read(after, &change.after));
            let path = self.path(change);
            match sides {
                (None, None) => {}
                // Another kind is another file, to git too.
                (Some(old), Some(new)) if change.what.kind => {
                    write_file(out, &path, Some(&old), None, limits)?;
                    write_file(out, &path, None, Some(&new), limits)?;
                }
                (old, new) => write_file(out, &path, old.as_ref(), new.as_ref(), limits)?,
            }
        }
        Ok(())
    }
}

fn details(change: &Change) -> Vec<String> {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return Vec::new();
    };
    let what = change.what;
    let mut parts = Vec::new();
    if what.kind {
        parts.push(format!("{} -> {}", kind(before), kind(after)));
    }
    for (is_it, name) in [
        (what.contents, "contents"),
        (what.target, "target"),
        (what.links, "links"),
    ] {
        if is_it {
            parts.push(name.to_owned());
        }
    }
    if what.mode {
        parts.push(format!("mode {:04o} -> {:04o}", before.mode, after.mode));
    }
    if what.owner {
        let owner = |stat: &Stat| format!("{}:{}", stat.uid, stat.gid);
        parts.push(format!("owner {} -> {}", owner(before), owner(after)));
    }
    if what.modified {
        parts.push("time".to_owned());
    }
    parts
}

fn kind(stat: &Stat) -> &'static str {
    match stat.kind {
        NodeKind::Regular => "file",
        NodeKind::Directory => "directory",
        NodeKind::Symlink => "symbolic link",
        NodeKind::Fifo => "named pipe",
        NodeKind::Device(_) => "device",
        NodeKind::Magic(_) => "special directory",
    }
}

/// Reads a side; `None`: not a file or symbolic link.
fn side(vfs: &Vfs, stat: &Stat, limits: &TextLimits, left: &mut u64) -> Option<Side> {
    let contents = match stat.kind {
        NodeKind::Symlink => Some(vfs.readlink(stat.ino).ok()?.to_vec()),
        NodeKind::Regular => match left.checked_sub(stat.size_bytes) {
            Some(rest) if stat.size_bytes <= limits.file_bytes => {
                *left = rest;
                let mut bytes = vec![0; usize::try_from(stat.size_bytes).ok()?];
                vfs.read(stat.ino, 0, &mut bytes).ok()?;
                Some(bytes)
            }
            _ => None,
        },
        _ => return None,
    };
    Some(Side {
        stat: *stat,
        contents,
    })
}

fn write_file(
    out: &mut dyn Write,
    path: &[u8],
    old: Option<&Side>,
    new: Option<&Side>,
    limits: &TextLimits,
) -> io::Result<()> {
    let names = (quoted(b"a/", path), quoted(b"b/", path));
    out.write_all(b"diff --git ")?;
    out.write_all(&names.0)?;
    out.write_all(b" ")?;
    out.write_all(&names.1)?;
    out.write_all(b"\n")?;
    match (old, new) {
        (None, Some(new)) => writeln!(out, "new file mode {:06o}", git_mode(&new.stat))?,
        (Some(old), None) => writeln!(out, "deleted file mode {:06o}", git_mode(&old.stat))?,
        (Some(old), Some(new)) if git_mode(&old.stat) != git_mode(&new.stat) => {
            writeln!(out, "old mode {:06o}", git_mode(&old.stat))?;
            writeln!(out, "new mode {:06o}", git_mode(&new.stat))?;
        }
        _ => {}
    }
    let empty = Some(Vec::new());
    let contents =
        |side: Option<&'_ Side>| side.map_or(empty.clone(), |side| side.contents.clone());
    let none = b"/dev/null".to_vec();
    let from = if old.is_some() { names.0 } else { none.clone() };
    let to = if new.is_some() { names.1 } else { none };
    let differ = |out: &mut dyn Write, what: &str, why: &str| {
        write!(out, "{what} ")?;
        out.write_all(&from)?;
        out.write_all(b" and ")?;
        out.write_all(&to)?;
        writeln!(out, " differ{why}")
    };
    let (Some(old), Some(new)) = (contents(old), contents(new)) else {
        return differ(out, "Files", ": too long to be compared line by line");
    };
    if old == new {
        return Ok(());
    }
    if hunks::is_binary(&old) || hunks::is_binary(&new) {
        return differ(out, "Binary files", "");
    }
    for (sign, name) in [("--- ", &from), ("+++ ", &to)] {
        out.write_all(sign.as_bytes())?;
        out.write_all(name)?;
        // So that a name with spaces ends where it does.
        let needs_tab = name.contains(&b' ') && !name.starts_with(b"\"");
        out.write_all(if needs_tab { b"\t\n" } else { b"\n" })?;
    }
    hunks::write(out, &old, &new, limits.context)
}

/// Type and permission bits as git writes them.
fn git_mode(stat: &Stat) -> u32 {
    match stat.kind {
        NodeKind::Symlink => 0o120_000,
        _ => 0o100_000 | u32::from(stat.mode),
    }
}

/// A path, in quotes and with escapes if it has bytes that need them.
fn quoted(prefix: &[u8], path: &[u8]) -> Vec<u8> {
    let path = [prefix, path].concat();
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if path.iter().all(is_plain) {
        return path;
    }
    let mut out = vec![b'"'];
    for byte in path {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b' '..=b'~' => out.push(byte),
            _ => out.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
        }
    }
    out.push(b'"');
    out
}
