//! Colours of names, from `TREE_COLORS` or `LS_COLORS`.

use wardian_applet::sys::mode;

const BUILT_IN: &str = "no=00:fi=00:di=01;34:ln=01;36:pi=40;33:so=01;35:bd=40;33;01:cd=40;33;01:\
or=40;31;01:ex=01;32:*.bat=01;32:*.BAT=01;32:*.btm=01;32:*.BTM=01;32:*.cmd=01;32:*.CMD=01;32:\
*.com=01;32:*.COM=01;32:*.dll=01;32:*.DLL=01;32:*.exe=01;32:*.EXE=01;32:*.arj=01;31:*.bz2=01;31:\
*.deb=01;31:*.gz=01;31:*.lzh=01;31:*.rpm=01;31:*.tar=01;31:*.taz=01;31:*.tb2=01;31:*.tbz2=01;31:\
*.tbz=01;31:*.tgz=01;31:*.tz2=01;31:*.z=01;31:*.Z=01;31:*.zip=01;31:*.ZIP=01;31:*.zoo=01;31:\
*.asf=01;35:*.ASF=01;35:*.avi=01;35:*.AVI=01;35:*.bmp=01;35:*.BMP=01;35:*.flac=01;35:\
*.FLAC=01;35:*.gif=01;35:*.GIF=01;35:*.jpg=01;35:*.JPG=01;35:*.jpeg=01;35:*.JPEG=01;35:\
*.m2a=01;35:*.M2a=01;35:*.m2v=01;35:*.M2V=01;35:*.mov=01;35:*.MOV=01;35:*.mp3=01;35:\
*.MP3=01;35:*.mpeg=01;35:*.MPEG=01;35:*.mpg=01;35:*.MPG=01;35:*.ogg=01;35:*.OGG=01;35:\
*.ppm=01;35:*.rm=01;35:*.RM=01;35:*.tga=01;35:*.TGA=01;35:*.tif=01;35:*.TIF=01;35:*.wav=01;35:\
*.WAV=01;35:*.wmv=01;35:*.WMV=01;35:*.xbm=01;35:*.xpm=01;35";

/// Codes by kind and by end of the name.
pub struct Colors {
    kinds: Vec<(Vec<u8>, Vec<u8>)>,
    endings: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Colors {
    /// From the environment, or those built in.
    pub fn new() -> Colors {
        let set = ["TREE_COLORS", "LS_COLORS"]
            .iter()
            .filter_map(std::env::var_os)
            .find(|value| !value.is_empty());
        let text = set.map_or_else(
            || BUILT_IN.as_bytes().to_vec(),
            std::ffi::OsString::into_encoded_bytes,
        );
        let mut colors = Colors {
            kinds: Vec::new(),
            endings: Vec::new(),
        };
        for field in text.split(|byte| *byte == b':') {
            let Some(at) = field.iter().position(|byte| *byte == b'=') else {
                continue;
            };
            let (name, code) = (&field[..at], field[at + 1..].to_vec());
            match name {
                [b'*', ending @ ..] => colors.endings.push((ending.to_vec(), code)),
                name => colors.kinds.push((name.to_vec(), code)),
            }
        }
        colors
    }

    fn kind(&self, name: &[u8]) -> Option<&[u8]> {
        let found = self.kinds.iter().rev().find(|(kind, _)| kind == name);
        found.map(|(_, code)| code.as_slice())
    }

    /// The code for a name with this mode; `orphan`: a link that leads nowhere.
    pub fn code(&self, name: &[u8], bits: u32, orphan: bool) -> Option<&[u8]> {
        let special = match bits & mode::TYPE {
            mode::FIFO => self.kind(b"pi"),
            mode::CHARACTER => self.kind(b"cd"),
            mode::BLOCK => self.kind(b"bd"),
            mode::SOCKET => self.kind(b"so"),
            mode::LINK if orphan => self.kind(b"or").or_else(|| self.kind(b"ln")),
            mode::LINK => self.kind(b"ln"),
            mode::DIRECTORY => {
                let sticky = bits & mode::STICKY != 0;
                let open = bits & 0o002 != 0;
                let found = match (sticky, open) {
                    (true, true) => self.kind(b"tw"),
                    (true, false) => self.kind(b"st"),
                    (false, true) => self.kind(b"ow"),
                    _ => None,
                };
                found.or_else(|| self.kind(b"di"))
            }
            0 => None,
            _ => {
                let executable = if bits & mode::SET_UID != 0 {
                    self.kind(b"su")
                } else if bits & mode::SET_GID != 0 {
                    self.kind(b"sg")
                } else {
                    None
                };
                let executable = executable.or_else(|| {
                    let any = bits & 0o111 != 0;
                    self.kind(b"ex").filter(|_| any)
                });
                executable.or_else(|| {
                    let found = self.endings.iter().find(|(end, _)| name.ends_with(end));
                    found.map(|(_, code)| code.as_slice())
                })
            }
        };
        special
            .or_else(|| self.kind(b"fi"))
            .or_else(|| self.kind(b"no"))
    }
}
