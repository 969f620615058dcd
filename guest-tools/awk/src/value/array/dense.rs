//! Elements whose index is a whole number from 0 on, close to others: pages
//! of a power of two, sorted.

use crate::value::Value;
use std::collections::BTreeMap;

/// Numbers below two to this power share one level of pages.
const BASE_BITS: u32 = 10;

/// Room that pages may waste before an index goes elsewhere.
const WASTE_MAX: usize = 1 << (BASE_BITS + 1);

/// Levels whose pages are found by position; above, by search.
const DIRECT_BITS: u32 = 23;

struct Page {
    slots: Vec<Option<Value>>,
    used: usize,
}

/// The elements.
#[derive(Default)]
pub struct Dense {
    /// Pages of numbers below `2^DIRECT_BITS`, one list a level.
    direct: Vec<Vec<Option<Page>>>,
    /// Pages of greater numbers, by level and position.
    far: BTreeMap<(u32, u32), Page>,
    len: usize,
    capacity: usize,
}

/// Level, position of the page in it, place in the page, bits of a page.
fn place(key: u32) -> (u32, u32, usize, u32) {
    let top = key.checked_ilog2().unwrap_or(0);
    let (level, base) = if top < BASE_BITS {
        (BASE_BITS, 0)
    } else {
        (top, 1 << top)
    };
    let mut bits = level;
    while bits >= BASE_BITS {
        bits = bits.div_ceil(2);
    }
    let offset = key - base;
    let level = if base == 0 { 0 } else { level - BASE_BITS + 1 };
    (
        level,
        offset >> bits,
        (offset & ((1 << bits) - 1)) as usize,
        bits,
    )
}

impl Dense {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    fn page(&self, level: u32, at: u32) -> Option<&Page> {
        if level + BASE_BITS <= DIRECT_BITS {
            self.direct.get(level as usize)?.get(at as usize)?.as_ref()
        } else {
            self.far.get(&(level, at))
        }
    }

    fn page_mut(&mut self, level: u32, at: u32) -> Option<&mut Page> {
        if level + BASE_BITS <= DIRECT_BITS {
            let pages = self.direct.get_mut(level as usize)?;
            pages.get_mut(at as usize)?.as_mut()
        } else {
            self.far.get_mut(&(level, at))
        }
    }

    /// The element, if there.
    pub fn get(&self, key: u32) -> Option<&Value> {
        let (level, at, slot, _) = place(key);
        self.page(level, at)?.slots[slot].as_ref()
    }

    /// The element, if there.
    pub fn get_mut(&mut self, key: u32) -> Option<&mut Value> {
        let (level, at, slot, _) = place(key);
        self.page_mut(level, at)?.slots[slot].as_mut()
    }

    /// Whether an index that is not there has its place here.
    pub fn takes(&self, key: u32) -> bool {
        let (.., bits) = place(key);
        self.capacity + (1 << bits) <= WASTE_MAX + self.len
    }

    /// Adds an element that is not there.
    pub fn insert(&mut self, key: u32) -> &mut Value {
        let (level, at, slot, bits) = place(key);
        if self.page(level, at).is_none() {
            let page = Page {
                slots: vec![None; 1 << bits],
                used: 0,
            };
            self.capacity += 1 << bits;
            if level + BASE_BITS <= DIRECT_BITS {
                let (level, at) = (level as usize, at as usize);
                if self.direct.len() <= level {
                    self.direct.resize_with(level + 1, Vec::new);
                }
                let pages = &mut self.direct[level];
                if pages.len() <= at {
                    pages.resize_with(at + 1, || None);
                }
                pages[at] = Some(page);
            } else {
                self.far.insert((level, at), page);
            }
        }
        self.len += 1;
        let page = self.page_mut(level, at).expect("just added");
        page.used += 1;
        page.slots[slot].insert(Value::Uninit)
    }

    /// Removes an element; whether it was there.
    pub fn remove(&mut self, key: u32) -> bool {
        let (level, at, slot, bits) = place(key);
        let Some(page) = self.page_mut(level, at) else {
            return false;
        };
        if page.slots[slot].take().is_none() {
            return false;
        }
        page.used -= 1;
        if page.used == 0 {
            self.capacity -= 1 << bits;
            if level + BASE_BITS <= DIRECT_BITS {
                self.direct[level as usize][at as usize] = None;
            } else {
                self.far.remove(&(level, at));
            }
        }
        self.len -= 1;
        true
    }

    /// Calls `each` on the elements in order.
    pub fn walk(&self, each: &mut dyn FnMut(Value, &Value)) {
        let direct = self.direct.iter().enumerate().flat_map(|(level, pages)| {
            let some = pages.iter().enumerate();
            some.filter_map(move |(at, page)| Some((level as u32, at as u32, page.as_ref()?)))
        });
        let far = self
            .far
            .iter()
            .map(|((level, at), page)| (*level, *at, page));
        for (level, at, page) in direct.chain(far) {
            let base = match level {
                0 => 0,
                _ => 1u32 << (level + BASE_BITS - 1),
            };
            let first = base + at * page.slots.len() as u32;
            for (slot, value) in page.slots.iter().enumerate() {
                if let Some(value) = value {
                    each(Value::Num(f64::from(first) + slot as f64), value);
                }
            }
        }
    }
}
