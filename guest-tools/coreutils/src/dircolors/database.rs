//! What `dircolors` knows without being told: terminals that show colours, and
//! the colours of kinds of files and of endings of names.

/// Terminals that show colours, as patterns.
pub const TERMINALS: &str = "Eterm ansi *color* con[0-9]*x[0-9]* cons25 console cygwin *direct* dtterm gnome \
     hurd jfbterm konsole kterm linux linux-c mlterm putty rxvt* screen* st \
     terminator tmux* vt100 xterm*";

/// Keywords of kinds of files, their name in `LS_COLORS`, their colour, and what they are.
#[rustfmt::skip]
pub const KINDS: &[(&str, &str, &str, &str)] = &[
    ("RESET", "rs", "0", "back to the usual colour"),
    ("DIR", "di", "01;34", "directory"),
    ("LINK", "ln", "01;36", "symbolic link; `target` takes the colour of its file"),
    ("MULTIHARDLINK", "mh", "00", "file with several links"),
    ("FIFO", "pi", "40;33", "pipe"),
    ("SOCK", "so", "01;35", "socket"),
    ("DOOR", "do", "01;35", "door"),
    ("BLK", "bd", "40;33;01", "block device"),
    ("CHR", "cd", "40;33;01", "character device"),
    ("ORPHAN", "or", "40;31;01", "symbolic link to nothing"),
    ("MISSING", "mi", "00", "what such a link points to"),
    ("SETUID", "su", "37;41", "file that runs as its owner"),
    ("SETGID", "sg", "30;43", "file that runs as its group"),
    ("CAPABILITY", "ca", "00", "file with capabilities"),
    ("STICKY_OTHER_WRITABLE", "tw", "30;42", "sticky directory that all may write"),
    ("OTHER_WRITABLE", "ow", "34;42", "directory that all may write"),
    ("STICKY", "st", "37;44", "sticky directory"),
    ("EXEC", "ex", "01;32", "program"),
];

/// Other keywords, and their names in `LS_COLORS`.
#[rustfmt::skip]
pub const KEYWORDS: &[(&str, &str)] = &[
    ("NORMAL", "no"), ("NORM", "no"), ("FILE", "fi"), ("LNK", "ln"), ("SYMLINK", "ln"),
    ("PIPE", "pi"), ("BLOCK", "bd"), ("CHAR", "cd"), ("OWR", "ow"), ("OWT", "tw"),
    ("LEFT", "lc"), ("LEFTCODE", "lc"), ("RIGHT", "rc"), ("RIGHTCODE", "rc"),
    ("END", "ec"), ("ENDCODE", "ec"), ("CLRTOEOL", "cl"),
];

/// Endings of names by colour.
pub const ENDINGS: &[(&str, &str, &str)] = &[
    (
        "archives and packed files",
        "01;31",
        ".tar .tgz .arc .arj .taz .lha .lz4 .lzh .lzma .tlz .txz .tzo .t7z .zip .z .dz \
     .gz .lrz .lz .lzo .xz .zst .tzst .bz2 .bz .tbz .tbz2 .tz .deb .rpm .jar .war \
     .ear .sar .rar .alz .ace .zoo .cpio .7z .rz .cab .wim .swm .dwm .esd",
    ),
    (
        "pictures and films",
        "01;35",
        ".avif .jpg .jpeg .mjpg .mjpeg .gif .bmp .pbm .pgm .ppm .tga .xbm .xpm .tif .tiff \
     .png .svg .svgz .mng .pcx .mov .mpg .mpeg .m2v .mkv .webm .webp .ogm .mp4 .m4v \
     .mp4v .vob .qt .nuv .wmv .asf .rm .rmvb .flc .avi .fli .flv .gl .dl .xcf .xwd \
     .yuv .cgm .emf .ogv .ogx",
    ),
    (
        "sound",
        "00;36",
        ".aac .au .flac .m4a .mid .midi .mka .mp3 .mpc .ogg .ra .wav .oga .opus .spx \
     .xspf",
    ),
    (
        "backups and leftovers",
        "00;90",
        "*~ *# .bak .old .orig .part .rej .swp .tmp .dpkg-dist .dpkg-old .ucf-dist .ucf-new .ucf-old .rpmnew .rpmorig .rpmsave",
    ),
];
