//! Users and groups from `/etc/passwd` and `/etc/group`.

use crate::sys;
use std::sync::OnceLock;

/// A line of `/etc/passwd`.
#[derive(Clone, Debug)]
pub struct User {
    /// Login name.
    pub name: Vec<u8>,
    /// User number.
    pub uid: u32,
    /// Number of the first group.
    pub gid: u32,
}

/// A line of `/etc/group`.
#[derive(Clone, Debug)]
pub struct Group {
    /// Name.
    pub name: Vec<u8>,
    /// Group number.
    pub gid: u32,
    /// Login names of members.
    pub members: Vec<Vec<u8>>,
}

fn number(field: Option<&[u8]>) -> Option<u32> {
    std::str::from_utf8(field?).ok()?.parse().ok()
}

fn lines(path: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let text = sys::read_file(path).unwrap_or_default();
    text.split(|byte| *byte == b'\n')
        .map(|line| {
            line.split(|byte| *byte == b':')
                .map(<[u8]>::to_vec)
                .collect()
        })
        .collect()
}

/// All users.
pub fn users() -> &'static [User] {
    static USERS: OnceLock<Vec<User>> = OnceLock::new();
    USERS.get_or_init(|| {
        let parse = |fields: Vec<Vec<u8>>| {
            Some(User {
                name: fields.first()?.clone(),
                uid: number(fields.get(2).map(Vec::as_slice))?,
                gid: number(fields.get(3).map(Vec::as_slice))?,
            })
        };
        lines(b"/etc/passwd")
            .into_iter()
            .filter_map(parse)
            .collect()
    })
}

/// All groups.
pub fn groups() -> &'static [Group] {
    static GROUPS: OnceLock<Vec<Group>> = OnceLock::new();
    GROUPS.get_or_init(|| {
        let parse = |fields: Vec<Vec<u8>>| {
            let members = fields.get(3).cloned().unwrap_or_default();
            Some(Group {
                name: fields.first()?.clone(),
                gid: number(fields.get(2).map(Vec::as_slice))?,
                members: members
                    .split(|byte| *byte == b',')
                    .filter(|name| !name.is_empty())
                    .map(<[u8]>::to_vec)
                    .collect(),
            })
        };
        lines(b"/etc/group").into_iter().filter_map(parse).collect()
    })
}

/// The name of a user number.
pub fn user_name(uid: u32) -> Option<&'static [u8]> {
    let user = users().iter().find(|user| user.uid == uid)?;
    Some(&user.name)
}

/// The name of a group number.
pub fn group_name(gid: u32) -> Option<&'static [u8]> {
    let group = groups().iter().find(|group| group.gid == gid)?;
    Some(&group.name)
}

/// The user with a login name.
pub fn user(name: &[u8]) -> Option<&'static User> {
    users().iter().find(|user| user.name == name)
}

/// The group with a name.
pub fn group(name: &[u8]) -> Option<&'static Group> {
    groups().iter().find(|group| group.name == name)
}

/// Group numbers of a user: the first group, then those that list the name.
pub fn groups_of(name: &[u8], first: u32) -> Vec<u32> {
    let mut gids = vec![first];
    for group in groups() {
        let member = group.members.iter().any(|member| member == name);
        if member && !gids.contains(&group.gid) {
            gids.push(group.gid);
        }
    }
    gids
}
