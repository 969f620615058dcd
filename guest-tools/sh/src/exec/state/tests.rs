//! A state that was left comes back.

use super::*;

fn shell(script: &str) -> Shell {
    let mut sh = Shell::prepared();
    sh.name = b"bash".to_vec();
    sh.import_environment(&sys::start());
    let _ = sh.run_text(script.as_bytes().to_vec(), 1);
    sh
}

/// A state that was taken over is the state that was left.
fn comes_back(script: &str) {
    // The mask for new files belongs to the whole process.
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut first = shell(script);
    let left = first.state_bytes();
    let mut second = Shell::prepared();
    second.name = b"other".to_vec();
    second.import_environment(&sys::start());
    assert_eq!(second.restore_state(left.clone()), Ok(()), "after {script}");
    let taken = second.state_bytes();
    let lines = |text: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(text).into_owned();
        text.lines().map(str::to_owned).collect()
    };
    for (left, taken) in lines(&left).iter().zip(lines(&taken)) {
        assert_eq!(*left, taken, "after {script}");
    }
    assert_eq!(left, taken);
    assert_eq!(first.status, second.status);
}

#[test]
fn a_fresh_shell_comes_back() {
    comes_back("");
    comes_back("false");
    comes_back("f() { return 42; }; f");
}

#[test]
fn variables_of_every_kind_come_back() {
    comes_back(
        "a=1; b='x y'; c=$'it\\'s\\n\\t\\x01\\xff'; d=; declare e; export f=3 g; readonly h=4",
    );
    comes_back("declare -i n=5+5; declare -l lower=ABC; declare -u upper=abc; declare -c cap=xYZ");
    comes_back("odd=abc; declare -i odd; mixed=ABC; declare -l mixed");
    comes_back(
        "declare -a none; declare -a empty=(); a=(1 '' 'x y' [10]=ten); a[1000000]=far; a[3]=$'\\n'",
    );
    comes_back("declare -A m=([a]=1 ['x y']=2 [']']=3 ['\"']=4 [\"'\"]=5 ['@']=6 ['$x']='`y`')");
    comes_back(
        "declare -ai ints=(1 2 3); readonly -a ra=(q); declare -rx both=1; declare -Ar rm=([k]=v)",
    );
    comes_back(
        "declare -n ref=target; target=5; declare -n late=nothing; declare -n free; b=(1 2); declare -n el='b[1]'",
    );
    comes_back("unset RANDOM; IFS=:; OPTIND=3; unset PS4 HOME; export -n PATH");
    comes_back("unset IFS; RANDOM=5; x=$RANDOM; LONG=$(printf '%0.s-' {1..5000})");
}

#[test]
fn assoc_arrays_keep_their_order() {
    comes_back("declare -A m; for i in {1..3000}; do m[k$i]=$i; done; unset 'm[k7]'; m[k7]=again");
}

#[test]
fn functions_come_back() {
    comes_back(
        "f() { echo \"$1\" | cat; }; g() ( cd /; ls ); function h-i.j { :; } >/dev/null 2>&1",
    );
    comes_back("export_me() { local x=1; return $x; }; export -f export_me; readonly -f export_me");
    comes_back(
        "f() { cat <<A; cat <<'B'\n$x\nA\n$y\nB\n}; shopt -s extglob\ng() { case $1 in !(a|b)) ;; esac; }",
    );
    comes_back(
        "declare() { echo mine; }; set() { :; }; trap() { :; }; return() { :; }; function cd { builtin cd; }",
    );
    comes_back(
        "f() { for ((i=0;i<3;i++)); do if [[ $i =~ ^[0-9]+$ ]]; then echo ${x//a/b} $((1+2)) `pwd`; fi; done; }",
    );
}

#[test]
fn options_aliases_and_traps_come_back() {
    comes_back("set -euf -o pipefail; shopt -s nullglob globstar; shopt -u sourcepath");
    comes_back("set -x; set -v; set -C -a; set -o posix");
    comes_back("shopt -s expand_aliases; alias ll='ls -l' trap='echo no' q=\"it's\" -- -='cd -'");
    comes_back(
        "trap 'echo \"bye $?\"' EXIT; trap 'echo usr' USR1; trap 'echo err' ERR; trap \"echo it's\" DEBUG",
    );
}

#[test]
fn the_rest_comes_back() {
    comes_back("set -- a 'b c' '' -x '*'; : last 'word'");
    comes_back("umask 027; BASH_ARGV0=other; hash -p /bin/ls mine; enable -n echo");
    comes_back("history -s one; history -s 'two  words'; complete -W 'a b' cmd; SECONDS=500000");
}

#[test]
fn what_is_no_state_is_refused() {
    let mut sh = shell("");
    let mut taken = |bytes: &[u8]| sh.restore_state(bytes.to_vec());
    assert_eq!(taken(b"echo hello"), Err(NoState::Other));
    assert_eq!(taken(b""), Err(NoState::Other));
    assert_eq!(taken(b"# wardian shell state 9\n"), Err(NoState::Version));
    assert_eq!(taken(b"# wardian shell state 1\n:\n"), Err(NoState::Other));
}

/// Whatever happens to its bytes, a state is taken over, or refused as damaged.
#[test]
fn damage_is_noticed_and_harms_nothing() {
    let script = "a=1; b=(1 2 3); declare -A m=([k]=v); f() { echo $1; }; set -u; alias x=y
        trap 'echo bye' EXIT; set -- p q; complete -W 'a b' c; readonly r=1; declare -n n=a";
    let state = shell(script).state_bytes();
    for len in 0..state.len() {
        let result = shell("").restore_state(state[..len].to_vec());
        assert!(result.is_err(), "a state cut at {len} was taken");
    }
    let mut seed = 7u32;
    for _ in 0..3000 {
        let mut damaged = state.clone();
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let at = 24 + (seed >> 8) as usize % (damaged.len() - 24);
        damaged[at] = (seed >> 3) as u8;
        let mut sh = Shell::new(b"bash".to_vec());
        let _ = sh.restore_state(damaged);
    }
}

#[test]
fn a_state_that_is_a_script_is_still_taken() {
    let mut sh = shell("");
    let script = b"# wardian shell state 1\nx=5\nf() { echo hi; }\nreturn 3\n";
    assert_eq!(sh.restore_state(script.to_vec()), Ok(()));
    assert_eq!((sh.get_text(b"x"), sh.status), (Some(b"5".to_vec()), 3));
    assert!(sh.function(b"f").is_some());
}

#[test]
fn functions_are_parsed_when_they_are_called() {
    let mut first = shell("f() { x=\"${1}y\"; }; g() { echo `pwd`; }");
    let mut second = shell("");
    assert_eq!(second.restore_state(first.state_bytes()), Ok(()));
    let _ = second.run_text(b"f a".to_vec(), 1);
    assert_eq!(second.get_text(b"x"), Some(b"ay".to_vec()));
    let text = second.function_text(b"g").map(|text| text.to_vec());
    assert_eq!(
        text.as_deref(),
        Some(&b"g () \n{ \n    echo `pwd`\n}\n"[..])
    );
}
