//! `set -o` and `shopt` options.

macro_rules! options {
    ($table:ident, $type:ident: $($field:ident, $name:literal, $letter:literal, $default:literal;)*) => {
        #[allow(missing_docs)]
        #[derive(Clone, Debug)]
        pub struct $type { $(pub $field: bool,)* }

        impl Default for $type {
            fn default() -> $type {
                $type { $($field: $default,)* }
            }
        }

        /// Name, letter (0: none) and place of every option, by name.
        pub static $table: &[(&str, u8, fn(&mut $type) -> &mut bool)] = &[
            $(($name, $letter, |options| &mut options.$field),)*
        ];

        impl $type {
            /// The option with this name.
            pub fn by_name(&mut self, name: &[u8]) -> Option<&mut bool> {
                let (_, _, place) = $table.iter().find(|(known, _, _)| known.as_bytes() == name)?;
                Some(place(self))
            }

            /// The option with this letter.
            #[allow(dead_code)]
            pub fn by_letter(&mut self, letter: u8) -> Option<&mut bool> {
                let (_, _, place) = $table.iter().find(|(_, known, _)| *known == letter && letter != 0)?;
                Some(place(self))
            }
        }
    };
}

options! { OPTION_TABLE, Options:
    allexport, "allexport", b'a', false;
    braceexpand, "braceexpand", b'B', true;
    emacs, "emacs", 0, false;
    errexit, "errexit", b'e', false;
    errtrace, "errtrace", b'E', false;
    functrace, "functrace", b'T', false;
    hashall, "hashall", b'h', true;
    histexpand, "histexpand", b'H', false;
    history, "history", 0, false;
    ignoreeof, "ignoreeof", 0, false;
    interactive_comments, "interactive-comments", 0, true;
    keyword, "keyword", b'k', false;
    monitor, "monitor", b'm', false;
    noclobber, "noclobber", b'C', false;
    noexec, "noexec", b'n', false;
    noglob, "noglob", b'f', false;
    nolog, "nolog", 0, false;
    notify, "notify", b'b', false;
    nounset, "nounset", b'u', false;
    onecmd, "onecmd", b't', false;
    physical, "physical", b'P', false;
    pipefail, "pipefail", 0, false;
    posix, "posix", 0, false;
    privileged, "privileged", b'p', false;
    verbose, "verbose", b'v', false;
    vi, "vi", 0, false;
    xtrace, "xtrace", b'x', false;
}

options! { SHOPT_TABLE, Shopt:
    autocd, "autocd", 0, false;
    assoc_expand_once, "assoc_expand_once", 0, false;
    cdable_vars, "cdable_vars", 0, false;
    cdspell, "cdspell", 0, false;
    checkhash, "checkhash", 0, false;
    checkjobs, "checkjobs", 0, false;
    checkwinsize, "checkwinsize", 0, true;
    cmdhist, "cmdhist", 0, true;
    compat31, "compat31", 0, false;
    compat32, "compat32", 0, false;
    compat40, "compat40", 0, false;
    compat41, "compat41", 0, false;
    compat42, "compat42", 0, false;
    compat43, "compat43", 0, false;
    compat44, "compat44", 0, false;
    complete_fullquote, "complete_fullquote", 0, true;
    direxpand, "direxpand", 0, false;
    dirspell, "dirspell", 0, false;
    dotglob, "dotglob", 0, false;
    execfail, "execfail", 0, false;
    expand_aliases, "expand_aliases", 0, false;
    extdebug, "extdebug", 0, false;
    extglob, "extglob", 0, false;
    extquote, "extquote", 0, true;
    failglob, "failglob", 0, false;
    force_fignore, "force_fignore", 0, true;
    globasciiranges, "globasciiranges", 0, true;
    globskipdots, "globskipdots", 0, true;
    globstar, "globstar", 0, false;
    gnu_errfmt, "gnu_errfmt", 0, false;
    histappend, "histappend", 0, false;
    histreedit, "histreedit", 0, false;
    histverify, "histverify", 0, false;
    hostcomplete, "hostcomplete", 0, true;
    huponexit, "huponexit", 0, false;
    inherit_errexit, "inherit_errexit", 0, false;
    interactive_comments, "interactive_comments", 0, true;
    lastpipe, "lastpipe", 0, false;
    lithist, "lithist", 0, false;
    localvar_inherit, "localvar_inherit", 0, false;
    localvar_unset, "localvar_unset", 0, false;
    login_shell, "login_shell", 0, false;
    mailwarn, "mailwarn", 0, false;
    no_empty_cmd_completion, "no_empty_cmd_completion", 0, false;
    nocaseglob, "nocaseglob", 0, false;
    nocasematch, "nocasematch", 0, false;
    noexpand_translation, "noexpand_translation", 0, false;
    nullglob, "nullglob", 0, false;
    patsub_replacement, "patsub_replacement", 0, true;
    progcomp, "progcomp", 0, true;
    progcomp_alias, "progcomp_alias", 0, false;
    promptvars, "promptvars", 0, true;
    restricted_shell, "restricted_shell", 0, false;
    shift_verbose, "shift_verbose", 0, false;
    sourcepath, "sourcepath", 0, true;
    varredir_close, "varredir_close", 0, false;
    xpg_echo, "xpg_echo", 0, false;
}
