//! Which file a patch is for, and paths that it may not touch.

use super::header::Header;
use wardian_applet::sys::{self, ExtStat};

/// Removes the leading parts of a name as `-p` says; without it all of them.
pub fn strip(name: &[u8], count: Option<usize>) -> Option<Vec<u8>> {
    let Some(count) = count else {
        return name.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec);
    };
    let mut rest = name;
    for _ in 0..count {
        let slash = rest.iter().position(|byte| *byte == b'/')?;
        rest = &rest[slash..];
        while let Some(tail) = rest.strip_prefix(b"/") {
            rest = tail;
        }
    }
    Some(rest.to_vec())
}

/// Whether a name from a patch stays below the working directory.
pub fn is_safe(name: &[u8]) -> bool {
    !name.is_empty()
        && !name.starts_with(b"/")
        && !name.contains(&0)
        && !name.split(|byte| *byte == b'/').any(|part| part == b"..")
}

/// Whether some directory on the way is a symbolic link that may lead outside.
pub fn leads_outside(root: &[u8], name: &[u8]) -> bool {
    let parents = memchr::memchr_iter(b'/', name).map(|at| &name[..at]);
    for parent in parents.filter(|parent| !parent.is_empty()) {
        let path = [root, parent].concat();
        let link = sys::stat(&path, false).is_ok_and(|stat| sys::is_link(&stat));
        if link && !sys::read_link(&path).is_ok_and(|target| is_safe(&target)) {
            return true;
        }
    }
    false
}

/// A file to patch.
pub struct Target {
    pub name: Vec<u8>,
    pub stat: Option<ExtStat>,
}

/// Chooses among the names in a header; `None` if no file fits. Names that lead
/// outside and would have been looked at are given to `refuse`.
pub fn choose(
    root: &[u8],
    header: &Header<'_>,
    count: Option<usize>,
    creates: bool,
    mut refuse: impl FnMut(&[u8]),
) -> Option<Target> {
    let named = |name: &Option<super::header::Name>| {
        let name = name.as_ref().filter(|name| name.path != b"/dev/null")?;
        strip(&name.path, count)
    };
    let mut names = vec![named(&header.old), named(&header.new)];
    names.push(header.index.as_ref().and_then(|name| strip(name, count)));
    if let Some(git) = &header.git
        && names.iter().all(Option::is_none)
    {
        let git_name = |name: &Option<Vec<u8>>| strip(name.as_ref()?, count);
        names = vec![git_name(&git.names[0]), git_name(&git.names[1])];
    }
    let (names, outside): (Vec<Vec<u8>>, Vec<Vec<u8>>) = names
        .into_iter()
        .flatten()
        .filter(|name| !name.is_empty())
        .partition(|name| is_safe(name));
    // Nothing is looked for above the directory, so that such names are of
    // concern only where a file is to be made.
    for name in &outside {
        if name.starts_with(b"/") && sys::stat(name, false).is_ok() {
            refuse(name);
        }
    }
    let stats: Vec<_> = names
        .iter()
        .map(|name| sys::stat(&[root, name.as_slice()].concat(), false).ok())
        .collect();
    let order = |name: &Vec<u8>| {
        let parts = name
            .split(|byte| *byte == b'/')
            .filter(|part| !part.is_empty());
        let base = name
            .rsplit(|byte| *byte == b'/')
            .next()
            .map_or(0, <[u8]>::len);
        (parts.count(), base, name.len())
    };
    let existing = (0..names.len()).filter(|at| stats[*at].is_some());
    if let Some(at) = existing.min_by_key(|at| order(&names[*at])) {
        return Some(Target {
            name: names[at].clone(),
            stat: stats[at],
        });
    }
    if !creates {
        return None;
    }
    outside.iter().for_each(|name| refuse(name));
    // Of names for a new file, one that needs the fewest new directories.
    let missing = |name: &Vec<u8>| {
        let parents = memchr::memchr_iter(b'/', name).map(|at| [root, &name[..at]].concat());
        parents
            .filter(|path| sys::stat(path, true).is_err())
            .count()
    };
    let name = names
        .iter()
        .min_by_key(|name| (missing(name), order(name)))?;
    Some(Target {
        name: name.clone(),
        stat: None,
    })
}
