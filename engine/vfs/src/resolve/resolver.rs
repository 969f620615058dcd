//! The one resolver: a directory reached, and a worklist of path remainders.

use super::request::{At, Follow, PathMode, Resolved};
use crate::tree::dir::Dir;
use crate::tree::inode::{Body, Inode};
use crate::{Access, Errno, Ino, Magic, Name, Vfs, permission};

impl Vfs {
    /// Resolves a path.
    ///
    /// # Errors
    /// `ENOENT`: an empty path, or a directory on the way is missing. `ENOTDIR`:
    /// something on the way is no directory, or a trailing slash follows no
    /// directory. `EACCES`: no search permission on a directory crossed.
    /// `ELOOP`: too many symbolic links. `ENAMETOOLONG`: a component or the path
    /// is too long. `EINVAL`: a NUL in the path. `EPERM`: the path leaves `base`
    /// in [`PathMode::Beneath`].
    pub fn resolve(&self, at: &At<'_>, path: &[u8], follow: Follow) -> Result<Resolved, Errno> {
        self.resolve_among(at, path, follow, None)
    }

    /// [`Vfs::resolve`], stopping at a name that is not `fresh`, if that is asked.
    pub(crate) fn resolve_among(
        &self,
        at: &At<'_>,
        path: &[u8],
        follow: Follow,
        fresh: Option<Fresh<'_>>,
    ) -> Result<Resolved, Errno> {
        if path.is_empty() {
            return Err(Errno::Noent);
        }
        if path.len() > self.quota().path_bytes as usize {
            return Err(Errno::Nametoolong);
        }
        if path.contains(&0) {
            return Err(Errno::Inval);
        }
        let mut resolver = Resolver {
            vfs: self,
            at,
            follow,
            here: Place::new(self, at.base)?,
            depth: 0,
            rest: path,
            pending: Vec::new(),
            links_left: self.quota().symlink_depth,
            slash: false,
            fresh,
        };
        resolver.start_at_root_if_absolute()?;
        resolver.run()
    }
}

/// One resolution: a directory reached, and a worklist of what is left.
struct Resolver<'a> {
    vfs: &'a Vfs,
    at: &'a At<'a>,
    follow: Follow,
    /// The directory reached.
    here: Place<'a>,
    /// How many directories lie between it and the base.
    depth: u64,
    /// What is left of the path, or of the link target being followed.
    rest: &'a [u8],
    /// What is left of the paths around it, the innermost last; each begins with
    /// a slash and holds at least one more component.
    pending: Vec<&'a [u8]>,
    /// Symbolic links that may still be followed.
    links_left: u32,
    /// A slash followed a link in the last place: its target must be a directory.
    slash: bool,
    fresh: Option<Fresh<'a>>,
}

/// Names of live trees that were looked up at the host.
pub(crate) struct Fresh<'a> {
    pub(crate) names: &'a [(Ino, Name)],
    /// The next one that shall be: the resolution stopped there.
    pub(crate) wanted: &'a mut Option<(Ino, Name)>,
}

/// A directory, looked up once.
#[derive(Clone, Copy)]
struct Place<'a> {
    ino: Ino,
    inode: &'a Inode,
    entries: &'a Dir,
}

impl<'a> Place<'a> {
    fn new(vfs: &'a Vfs, ino: Ino) -> Result<Place<'a>, Errno> {
        let (inode, entries) = vfs.dir(ino)?;
        Ok(Place {
            ino,
            inode,
            entries,
        })
    }
}

/// A component, taken off the worklist.
struct Component<'a> {
    name: &'a [u8],
    /// Nothing follows it but slashes.
    is_last: bool,
    /// A slash follows it.
    slash: bool,
}

fn without_slashes(path: &[u8]) -> &[u8] {
    let start = path.iter().position(|byte| *byte != b'/');
    start.and_then(|start| path.get(start..)).unwrap_or(&[])
}

impl<'a> Resolver<'a> {
    fn run(mut self) -> Result<Resolved, Errno> {
        while let Some(component) = self.next_component() {
            if let Some(resolved) = self.step(&component)? {
                return Ok(resolved);
            }
        }
        // Nothing but slashes: the root.
        Ok(self.resolved(b"/", Some(self.here.ino), false))
    }

    fn start_at_root_if_absolute(&mut self) -> Result<(), Errno> {
        if !self.rest.starts_with(b"/") {
            return Ok(());
        }
        match self.at.mode {
            PathMode::Beneath => Err(Errno::Perm),
            PathMode::Posix => {
                self.here = Place::new(self.vfs, self.at.root)?;
                Ok(())
            }
        }
    }

    fn next_component(&mut self) -> Option<Component<'a>> {
        let mut path = without_slashes(self.rest);
        if path.is_empty() {
            path = without_slashes(self.pending.pop()?);
        }
        let end = path.iter().position(|byte| *byte == b'/');
        let (name, rest) = path.split_at_checked(end.unwrap_or(path.len()))?;
        self.rest = rest;
        let ends = without_slashes(rest).is_empty();
        Some(Component {
            name,
            is_last: ends && self.pending.is_empty(),
            slash: !rest.is_empty(),
        })
    }

    /// Goes through one component; the result, if it was the last one.
    fn step(&mut self, component: &Component<'a>) -> Result<Option<Resolved>, Errno> {
        let name = component.name;
        permission::check(self.here.inode, self.at.cred, Access::EXECUTE)?;
        // With `Follow::Entry` the operation checks its own name, after both ends
        // of a rename are known to have a directory.
        let is_entry = component.is_last && self.follow == Follow::Entry;
        if !is_entry && name.len() > self.vfs.quota().name_bytes as usize {
            return Err(Errno::Nametoolong);
        }
        let slash = self.slash || component.slash;
        let next = match name {
            b"." => self.here,
            b".." => self.above()?,
            _ => match self.look_up(name)? {
                Some(child) => return self.enter(component, child),
                None if component.is_last => return Ok(Some(self.resolved(name, None, slash))),
                None => return Err(Errno::Noent),
            },
        };
        if component.is_last {
            return Ok(Some(self.resolved(name, Some(next.ino), slash)));
        }
        self.here = next;
        Ok(None)
    }

    /// The node that an entry of the directory reached names.
    fn look_up(&mut self, name: &[u8]) -> Result<Option<Ino>, Errno> {
        let here = self.here.ino;
        if let Some(fresh) = &mut self.fresh
            && self.vfs.is_live(here)
            && !fresh
                .names
                .iter()
                .any(|(dir, known)| *dir == here && **known == *name)
        {
            *fresh.wanted = Some((here, Name::new(name)));
            return Err(Errno::Again);
        }
        Ok(self.here.entries.get(name))
    }

    /// Goes on to an entry of the directory reached.
    fn enter(&mut self, component: &Component<'a>, child: Ino) -> Result<Option<Resolved>, Errno> {
        let name = component.name;
        let slash = self.slash || component.slash;
        let follows = !component.is_last
            || match self.follow {
                Follow::Last => true,
                Follow::NoLast => slash,
                Follow::Entry => false,
            };
        let inode = self.vfs.inode(child)?;
        match &inode.body {
            Body::Directory(_) | Body::Unlisted if !component.is_last => {
                self.here = Place::new(self.vfs, child)?;
                self.depth += 1;
                return Ok(None);
            }
            Body::Symlink(target) if follows => {
                self.follow_link(target, component)?;
                return Ok(None);
            }
            Body::Magic(magic) => return Ok(self.reach_magic(*magic, component, child)),
            Body::Directory(_) | Body::Unlisted => {}
            _ if !component.is_last => return Err(Errno::Notdir),
            _ if slash && self.follow != Follow::Entry => return Err(Errno::Notdir),
            _ => {}
        }
        Ok(Some(self.resolved(name, Some(child), slash)))
    }

    /// Puts a link's target in front of the worklist.
    fn follow_link(&mut self, target: &'a [u8], component: &Component<'a>) -> Result<(), Errno> {
        self.links_left = self.links_left.checked_sub(1).ok_or(Errno::Loop)?;
        if component.is_last {
            self.slash |= component.slash;
        } else if !without_slashes(self.rest).is_empty() {
            self.pending.push(self.rest);
        }
        self.rest = target;
        self.start_at_root_if_absolute()
    }

    /// Stops at a magic node with the rest of the path, unless that leads out of
    /// it again at once.
    fn reach_magic(
        &mut self,
        magic: Magic,
        component: &Component<'a>,
        node: Ino,
    ) -> Option<Resolved> {
        let mut slash = self.slash || component.slash;
        let mut rest = Vec::new();
        while let Some(below) = self.next_component() {
            slash = self.slash || below.slash;
            match below.name {
                b"." => continue,
                // Out again: the directory reached is still the one above.
                b".." if below.is_last => {
                    return Some(self.resolved(b".", Some(self.here.ino), slash));
                }
                b".." => return None,
                name => {
                    rest.extend_from_slice(name);
                    rest.extend_from_slice(self.rest);
                    while let Some(outer) = self.pending.pop() {
                        rest.extend_from_slice(outer);
                    }
                    slash = self.slash || rest.ends_with(b"/");
                    break;
                }
            }
        }
        let mut resolved = self.resolved(component.name, Some(node), slash);
        resolved.magic = Some((magic, rest));
        Some(resolved)
    }

    /// The directory above the one reached.
    fn above(&mut self) -> Result<Place<'a>, Errno> {
        match self.at.mode {
            PathMode::Posix if self.here.ino == self.at.root => return Ok(self.here),
            PathMode::Posix => {}
            PathMode::Beneath => self.depth = self.depth.checked_sub(1).ok_or(Errno::Perm)?,
        }
        Place::new(self.vfs, self.here.entries.parent)
    }

    fn resolved(&self, name: &[u8], target: Option<Ino>, trailing_slash: bool) -> Resolved {
        Resolved {
            parent: self.here.ino,
            name: Name::new(name),
            target,
            trailing_slash,
            magic: None,
        }
    }
}
