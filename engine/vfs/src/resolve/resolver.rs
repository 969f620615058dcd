//! The one resolver: a directory reached, and a worklist of path remainders. It
//! waits at each name of a live tree, so that its entry can be looked at outside.

use std::sync::Arc;

use super::request::{At, Follow, PathMode, Resolved};
use super::text::Text;
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
        let mut resolution = Resolution::new(self, at, path, follow)?;
        loop {
            if let Progress::Reached(resolved) = resolution.go_on(self)? {
                return Ok(resolved);
            }
        }
    }
}

/// One resolution: a directory reached, and a worklist of what is left. It holds
/// nothing of the filesystem, which may change while it waits.
pub(crate) struct Resolution<'a> {
    at: At<'a>,
    follow: Follow,
    /// The directory reached.
    here: Ino,
    /// How many directories lie between it and the base.
    depth: u64,
    /// What is left of the path, or of the link target being followed.
    rest: Text<'a>,
    /// What is left of the paths around it, the innermost last; each begins with
    /// a slash and holds at least one more component.
    pending: Vec<Text<'a>>,
    /// Symbolic links that may still be followed.
    links_left: u32,
    /// A slash followed a link in the last place: its target must be a directory.
    slash: bool,
    /// The component that it waits to go through.
    waiting: Option<Component<'a>>,
    /// How many components it took off the worklist.
    #[cfg(test)]
    pub(crate) steps: usize,
}

/// How far a resolution came.
pub(crate) enum Progress {
    /// To its end.
    Reached(Resolved),
    /// To a name in a directory of a live tree: now is the time to look there.
    Unseen { dir: Ino, name: Name },
}

impl<'a> Resolution<'a> {
    /// # Errors
    /// Those of [`Vfs::resolve`].
    pub(crate) fn new(
        vfs: &Vfs,
        at: &At<'a>,
        path: &'a [u8],
        follow: Follow,
    ) -> Result<Resolution<'a>, Errno> {
        if path.is_empty() {
            return Err(Errno::Noent);
        }
        if path.len() > vfs.quota().path_bytes as usize {
            return Err(Errno::Nametoolong);
        }
        if path.contains(&0) {
            return Err(Errno::Inval);
        }
        vfs.dir(at.base)?;
        let starts_at_root = path.starts_with(b"/");
        if starts_at_root && at.mode == PathMode::Beneath {
            return Err(Errno::Perm);
        }
        Ok(Resolution {
            at: *at,
            follow,
            here: if starts_at_root { at.root } else { at.base },
            depth: 0,
            rest: Text::path(path),
            pending: Vec::new(),
            links_left: vfs.quota().symlink_depth,
            slash: false,
            waiting: None,
            #[cfg(test)]
            steps: 0,
        })
    }

    /// Goes on from where it stopped.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`].
    pub(crate) fn go_on(&mut self, vfs: &Vfs) -> Result<Progress, Errno> {
        let resolver = Resolver {
            vfs,
            here: Place::new(vfs, self.here)?,
            state: self,
        };
        resolver.run()
    }
}

/// A resolution under way in a filesystem.
struct Resolver<'v, 'r, 'a> {
    vfs: &'v Vfs,
    /// The directory reached.
    here: Place<'v>,
    state: &'r mut Resolution<'a>,
}

/// A directory, looked up once.
#[derive(Clone, Copy)]
struct Place<'v> {
    ino: Ino,
    inode: &'v Inode,
    entries: &'v Dir,
}

impl<'v> Place<'v> {
    fn new(vfs: &'v Vfs, ino: Ino) -> Result<Place<'v>, Errno> {
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
    name: Text<'a>,
    /// Nothing follows it but slashes.
    is_last: bool,
    /// A slash follows it.
    slash: bool,
}

/// What became of a component.
enum Step {
    /// The next one comes.
    On,
    /// It was the last one.
    Reached(Resolved),
    /// Its name is to be looked at outside first.
    Unseen,
}

impl<'v, 'a> Resolver<'v, '_, 'a> {
    fn run(mut self) -> Result<Progress, Errno> {
        let mut is_seen = self.state.waiting.is_some();
        while let Some(component) = self.state.waiting.take().or_else(|| self.next_component()) {
            match self.step(&component, is_seen)? {
                Step::On => is_seen = false,
                Step::Reached(resolved) => return Ok(Progress::Reached(resolved)),
                Step::Unseen => {
                    let (dir, name) = (self.here.ino, Name::new(component.name.bytes()));
                    self.state.here = dir;
                    self.state.waiting = Some(component);
                    return Ok(Progress::Unseen { dir, name });
                }
            }
        }
        // Nothing but slashes: the root.
        let root = self.resolved(b"/", Some(self.here.ino), false);
        Ok(Progress::Reached(root))
    }

    fn start_at_root_if_absolute(&mut self) -> Result<(), Errno> {
        if !self.state.rest.bytes().starts_with(b"/") {
            return Ok(());
        }
        match self.state.at.mode {
            PathMode::Beneath => Err(Errno::Perm),
            PathMode::Posix => {
                self.here = Place::new(self.vfs, self.state.at.root)?;
                Ok(())
            }
        }
    }

    fn next_component(&mut self) -> Option<Component<'a>> {
        let state = &mut *self.state;
        state.rest.skip_slashes();
        if state.rest.is_empty() {
            state.rest = state.pending.pop()?;
            state.rest.skip_slashes();
        }
        #[cfg(test)]
        {
            state.steps += 1;
        }
        Some(Component {
            name: state.rest.take_name(),
            is_last: state.pending.is_empty() && state.rest.is_blank(),
            slash: !state.rest.is_empty(),
        })
    }

    /// Goes through one component, whose name was looked at outside if it
    /// `is_seen`.
    fn step(&mut self, component: &Component<'a>, is_seen: bool) -> Result<Step, Errno> {
        let name = component.name.bytes();
        permission::check(self.here.inode, self.state.at.cred, Access::EXECUTE)?;
        // With `Follow::Entry` the operation checks its own name, after both ends
        // of a rename are known to have a directory.
        let is_entry = component.is_last && self.state.follow == Follow::Entry;
        if !is_entry && name.len() > self.vfs.quota().name_bytes as usize {
            return Err(Errno::Nametoolong);
        }
        let slash = self.state.slash || component.slash;
        let next = match name {
            b"." => self.here,
            b".." => self.above()?,
            _ if !is_seen && self.vfs.is_live(self.here.ino) => return Ok(Step::Unseen),
            _ => match self.here.entries.get(name) {
                Some(child) => return self.enter(component, child),
                None if component.is_last => {
                    return Ok(Step::Reached(self.resolved(name, None, slash)));
                }
                None => return Err(Errno::Noent),
            },
        };
        if component.is_last {
            return Ok(Step::Reached(self.resolved(name, Some(next.ino), slash)));
        }
        self.here = next;
        Ok(Step::On)
    }

    /// Goes on to an entry of the directory reached.
    fn enter(&mut self, component: &Component<'a>, child: Ino) -> Result<Step, Errno> {
        let slash = self.state.slash || component.slash;
        let follow = self.state.follow;
        let follows = !component.is_last
            || match follow {
                Follow::Last => true,
                Follow::NoLast => slash,
                Follow::Entry => false,
            };
        let inode = self.vfs.inode(child)?;
        match &inode.body {
            Body::Directory(_) | Body::Unlisted if !component.is_last => {
                self.here = Place::new(self.vfs, child)?;
                self.state.depth += 1;
                return Ok(Step::On);
            }
            Body::Symlink(target) if follows => {
                self.follow_link(target, component)?;
                return Ok(Step::On);
            }
            Body::Magic(magic) => {
                let reached = self.reach_magic(*magic, component, child);
                return Ok(reached.map_or(Step::On, Step::Reached));
            }
            Body::Directory(_) | Body::Unlisted => {}
            _ if !component.is_last => return Err(Errno::Notdir),
            _ if slash && follow != Follow::Entry => return Err(Errno::Notdir),
            _ => {}
        }
        let name = component.name.bytes();
        Ok(Step::Reached(self.resolved(name, Some(child), slash)))
    }

    /// Puts a link's target in front of the worklist.
    fn follow_link(&mut self, target: &Arc<[u8]>, component: &Component<'a>) -> Result<(), Errno> {
        let state = &mut *self.state;
        state.links_left = state.links_left.checked_sub(1).ok_or(Errno::Loop)?;
        let rest = std::mem::replace(&mut state.rest, Text::target(target));
        if component.is_last {
            state.slash |= component.slash;
        } else if !rest.is_blank() {
            state.pending.push(rest);
        }
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
        let mut slash = self.state.slash || component.slash;
        let mut rest = Vec::new();
        while let Some(below) = self.next_component() {
            slash = self.state.slash || below.slash;
            match below.name.bytes() {
                b"." => continue,
                // Out again: the directory reached is still the one above.
                b".." if below.is_last => {
                    return Some(self.resolved(b".", Some(self.here.ino), slash));
                }
                b".." => return None,
                name => {
                    rest.extend_from_slice(name);
                    rest.extend_from_slice(self.state.rest.bytes());
                    while let Some(outer) = self.state.pending.pop() {
                        rest.extend_from_slice(outer.bytes());
                    }
                    slash = self.state.slash || rest.ends_with(b"/");
                    break;
                }
            }
        }
        let mut resolved = self.resolved(component.name.bytes(), Some(node), slash);
        resolved.magic = Some((magic, rest));
        Some(resolved)
    }

    /// The directory above the one reached.
    fn above(&mut self) -> Result<Place<'v>, Errno> {
        let state = &mut *self.state;
        match state.at.mode {
            PathMode::Posix if self.here.ino == state.at.root => return Ok(self.here),
            PathMode::Posix => {}
            PathMode::Beneath => state.depth = state.depth.checked_sub(1).ok_or(Errno::Perm)?,
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
