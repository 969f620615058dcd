//! Signals: numbers as on Linux x86-64, since exit codes (128 + n) and
//! `kill -l` show them.

/// What a process does when a signal reaches it (POSIX `sigaction`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Disposition {
    /// The default action: most signals end the process.
    Default = 0,
    /// The signal is dropped.
    Ignore = 1,
    /// The signal is kept until the guest asks for it; blocked calls return `EINTR`.
    Catch = 2,
}

impl Disposition {
    /// The disposition with this number.
    #[must_use]
    pub const fn from_raw(raw: u32) -> Option<Self> {
        match raw {
            0 => Some(Self::Default),
            1 => Some(Self::Ignore),
            2 => Some(Self::Catch),
            _ => None,
        }
    }
}

/// A signal number from 1 to 64.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Signal(u8);

macro_rules! signals {
    ($($konst:ident = $value:literal, $name:literal;)*) => {
        impl Signal {
            $(#[doc = concat!("SIG", $name)] pub const $konst: Signal = Signal($value);)*

            /// Name without the `SIG` prefix; `None` for real-time and unused numbers.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 { $($value => Some($name),)* _ => None }
            }

            /// The signal with this name (without `SIG`, upper case).
            #[must_use]
            pub fn from_name(name: &str) -> Option<Signal> {
                match name { $($name => Some(Signal($value)),)* _ => None }
            }
        }
    };
}

signals! {
    HUP = 1, "HUP"; INT = 2, "INT"; QUIT = 3, "QUIT"; ILL = 4, "ILL"; TRAP = 5, "TRAP";
    ABRT = 6, "ABRT"; BUS = 7, "BUS"; FPE = 8, "FPE"; KILL = 9, "KILL"; USR1 = 10, "USR1";
    SEGV = 11, "SEGV"; USR2 = 12, "USR2"; PIPE = 13, "PIPE"; ALRM = 14, "ALRM";
    TERM = 15, "TERM"; STKFLT = 16, "STKFLT"; CHLD = 17, "CHLD"; CONT = 18, "CONT";
    STOP = 19, "STOP"; TSTP = 20, "TSTP"; TTIN = 21, "TTIN"; TTOU = 22, "TTOU";
    URG = 23, "URG"; XCPU = 24, "XCPU"; XFSZ = 25, "XFSZ"; VTALRM = 26, "VTALRM";
    PROF = 27, "PROF"; WINCH = 28, "WINCH"; IO = 29, "IO"; PWR = 30, "PWR"; SYS = 31, "SYS";
}

impl Signal {
    /// The signal with this number; `None` outside 1 to 64.
    #[must_use]
    pub const fn from_raw(raw: u32) -> Option<Signal> {
        match raw {
            1..=64 => Some(Signal(raw as u8)),
            _ => None,
        }
    }

    /// The number, 1 to 64.
    #[must_use]
    pub const fn raw(self) -> u8 {
        self.0
    }

    /// The bit of this signal in a mask: bit n-1 for signal n.
    #[must_use]
    pub const fn bit(self) -> u64 {
        1 << (self.0 - 1)
    }

    /// Whether the default action is to do nothing (or to continue).
    #[must_use]
    pub const fn ignored_by_default(self) -> bool {
        matches!(
            self,
            Signal::CHLD | Signal::CONT | Signal::URG | Signal::WINCH
        )
    }

    /// Whether the default action is to stop the process (job control).
    #[must_use]
    pub const fn stops_by_default(self) -> bool {
        matches!(
            self,
            Signal::STOP | Signal::TSTP | Signal::TTIN | Signal::TTOU
        )
    }
}
