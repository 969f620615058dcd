//! Users and groups from `/etc/passwd` and `/etc/group`.

use std::sync::OnceLock;
use wardian_applet::sys;

/// A user or a group.
struct Account {
    name: Vec<u8>,
    number: u32,
}

fn read(path: &[u8]) -> Vec<Account> {
    let text = sys::read_file(path).unwrap_or_default();
    let account = |line: &[u8]| {
        let mut fields = line.split(|byte| *byte == b':');
        let name = fields.next()?.to_vec();
        let number = std::str::from_utf8(fields.nth(1)?).ok()?.parse().ok()?;
        Some(Account { name, number })
    };
    text.split(|byte| *byte == b'\n')
        .filter_map(account)
        .collect()
}

fn users() -> &'static [Account] {
    static USERS: OnceLock<Vec<Account>> = OnceLock::new();
    USERS.get_or_init(|| read(b"/etc/passwd"))
}

fn groups() -> &'static [Account] {
    static GROUPS: OnceLock<Vec<Account>> = OnceLock::new();
    GROUPS.get_or_init(|| read(b"/etc/group"))
}

fn name_of(accounts: &'static [Account], number: u32) -> Option<&'static [u8]> {
    let found = accounts.iter().find(|account| account.number == number)?;
    Some(&found.name)
}

fn number_of(accounts: &[Account], name: &[u8]) -> Option<u32> {
    let found = accounts.iter().find(|account| account.name == name)?;
    Some(found.number)
}

/// The name of a user number.
pub fn user_name(uid: u32) -> Option<&'static [u8]> {
    name_of(users(), uid)
}

/// The name of a group number.
pub fn group_name(gid: u32) -> Option<&'static [u8]> {
    name_of(groups(), gid)
}

/// The number of a user.
pub fn user_number(name: &[u8]) -> Option<u32> {
    number_of(users(), name)
}

/// The number of a group.
pub fn group_number(name: &[u8]) -> Option<u32> {
    number_of(groups(), name)
}

/// The user's name, or else the number.
pub fn user_text(uid: u32) -> Vec<u8> {
    user_name(uid).map_or_else(|| uid.to_string().into_bytes(), <[u8]>::to_vec)
}

/// The group's name, or else the number.
pub fn group_text(gid: u32) -> Vec<u8> {
    group_name(gid).map_or_else(|| gid.to_string().into_bytes(), <[u8]>::to_vec)
}
