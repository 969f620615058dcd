//! Tokens, keywords and the names of built-in functions.

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// End of a line.
    Newline,
    /// End of the program.
    End,
    /// Operator or punctuation.
    Op(&'static str),
    /// Number.
    Number(f64),
    /// String, escapes resolved.
    Text(Vec<u8>),
    /// Name.
    Name(Vec<u8>),
    /// Name with a parenthesis right after it.
    Call(Vec<u8>),
    /// Keyword.
    Keyword(Keyword),
    /// Built-in function.
    Builtin(Builtin),
}

macro_rules! words {
    ($(#[$doc:meta])* $kind:ident: $($variant:ident $text:literal),* $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind { $($variant),* }

        impl $kind {
            /// The one with this text.
            pub fn find(text: &[u8]) -> Option<$kind> {
                $(if text == $text.as_bytes() { return Some($kind::$variant); })*
                None
            }

            /// Its text.
            pub fn text(self) -> &'static str {
                match self { $($kind::$variant => $text),* }
            }
        }
    };
}

words! {
    /// Words of the language.
    Keyword:
    Begin "BEGIN", End "END", BeginFile "BEGINFILE", EndFile "ENDFILE",
    Function "function", Func "func", If "if", Else "else", While "while",
    For "for", Do "do", Break "break", Continue "continue", Next "next",
    NextFile "nextfile", Exit "exit", Return "return", Delete "delete",
    In "in", Getline "getline", Print "print", Printf "printf",
    Switch "switch", Case "case", Default "default",
}

words! {
    /// Functions of the language.
    Builtin:
    Length "length", Substr "substr", Index "index", Split "split", Sub "sub",
    Gsub "gsub", Gensub "gensub", Match "match", Sprintf "sprintf",
    Sin "sin", Cos "cos", Atan2 "atan2", Exp "exp", Log "log", Sqrt "sqrt",
    Int "int", Rand "rand", Srand "srand", Tolower "tolower",
    Toupper "toupper", System "system", Close "close", Fflush "fflush",
    Systime "systime", Strftime "strftime", Mktime "mktime", Asort "asort",
    Asorti "asorti", Patsplit "patsplit", Strtonum "strtonum", And "and",
    Or "or", Xor "xor", Lshift "lshift", Rshift "rshift", Compl "compl",
    Typeof "typeof", Isarray "isarray", Mkbool "mkbool",
    Bindtextdomain "bindtextdomain", Dcgettext "dcgettext",
    Dcngettext "dcngettext",
}

impl Builtin {
    /// Least and greatest number of arguments.
    pub fn arity(self) -> (usize, usize) {
        match self {
            Builtin::Length => (0, 1),
            Builtin::Substr => (2, 3),
            Builtin::Split | Builtin::Patsplit => (2, 4),
            Builtin::Sub | Builtin::Gsub => (2, 3),
            Builtin::Gensub => (3, 4),
            Builtin::Match => (2, 3),
            Builtin::Index | Builtin::Atan2 | Builtin::Lshift | Builtin::Rshift => (2, 2),
            Builtin::Sprintf => (1, usize::MAX),
            Builtin::And | Builtin::Or | Builtin::Xor => (2, usize::MAX),
            Builtin::Rand | Builtin::Systime => (0, 0),
            Builtin::Srand | Builtin::Fflush => (0, 1),
            Builtin::Close | Builtin::Mktime => (1, 2),
            Builtin::Strftime => (0, 3),
            Builtin::Asort | Builtin::Asorti | Builtin::Dcgettext => (1, 3),
            Builtin::Bindtextdomain => (1, 2),
            Builtin::Dcngettext => (3, 5),
            Builtin::Typeof => (1, 2),
            _ => (1, 1),
        }
    }
}
