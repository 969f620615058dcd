//! Variables with a meaning of their own, at the first places of the globals.

macro_rules! variables {
    ($($name:ident = $slot:literal),* $(,)?) => {
        $(
            #[doc = stringify!($name)]
            pub const $name: u32 = $slot;
        )*
        /// Their names, by place.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

variables! {
    NF = 0, NR = 1, FNR = 2, FS = 3, OFS = 4, ORS = 5, RS = 6, SUBSEP = 7,
    CONVFMT = 8, OFMT = 9, IGNORECASE = 10, FIELDWIDTHS = 11, FPAT = 12,
    FILENAME = 13, RSTART = 14, RLENGTH = 15, RT = 16, ERRNO = 17, ARGC = 18,
    ARGIND = 19, BINMODE = 20, LINT = 21, TEXTDOMAIN = 22, ARGV = 23,
    ENVIRON = 24, PROCINFO = 25, SYMTAB = 26, FUNCTAB = 27,
}

/// Places below this need more than a load or a store.
pub const HOOKED: u32 = 13;

/// Places from here on are arrays.
pub const ARRAYS: u32 = 23;
