//! Looks for values in the memory of a process and in files, in every encoding they could hide in.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};

/// Read at once, bytes; neighbouring pieces overlap by `OVERLAP_BYTES`.
const PIECE_BYTES: usize = 1 << 20;
/// Longer than any planted value in any encoding.
const OVERLAP_BYTES: usize = 1 << 10;
/// Fewer characters could be found by chance.
const PLANTED_CHARS_MIN: usize = 3;

/// A value that must not be found, in all its forms.
pub struct Planted {
    /// What it is, without saying it.
    pub name: &'static str,
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Planted {
    /// UTF-8, UTF-16LE, GB 18030 and Base64 (in its three alignments) of the text.
    pub fn new(name: &'static str, text: &str) -> Self {
        assert!(text.chars().count() >= PLANTED_CHARS_MIN, "{name} is too short to be looked for");
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let gb = encoding_rs::GB18030.encode(text).0.into_owned();
        let mut forms = vec![("UTF-8", text.as_bytes().to_vec()), ("UTF-16", utf16), ("GB 18030", gb)];
        forms.extend((0..3).map(|shift| ("Base64", base64_core(text, shift))));
        Self { name, forms }
    }

    fn found_in(&self, bytes: &[u8]) -> Option<&'static str> {
        let found = self.forms.iter().find(|(_, form)| contains(bytes, form));
        found.map(|(encoding, _)| *encoding)
    }
}

/// The characters of the Base64 of a text that do not depend on its neighbours, where it begins `shift` bytes into
/// a group of three.
fn base64_core(text: &str, shift: usize) -> Vec<u8> {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(text.as_bytes());
    let whole = bytes.len() / 3 * 3;
    let encoded = BASE64_STANDARD_NO_PAD.encode(&bytes[..whole]);
    let skip = [0, 2, 3][shift];
    encoded.as_bytes()[skip..].to_vec()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = &rest[at..];
        if rest.starts_with(wanted) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// Where a planted value was found.
#[derive(Debug)]
pub struct Find {
    /// Which value.
    pub value: &'static str,
    encoding: &'static str,
    place: String,
}

impl std::fmt::Display for Find {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} as {} in {}", self.value, self.encoding, self.place)
    }
}

/// Every planted value in any readable mapping of the process.
pub fn scan_process(pid: u32, planted: &[Planted]) -> std::io::Result<Vec<Find>> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let mut found = Vec::new();
    for line in maps.lines() {
        let Some((from, to, name)) = mapping(line) else { continue };
        let mut at = from;
        while at < to {
            let wanted = usize::try_from(to - at).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
            let mut piece = vec![0; wanted];
            // A mapping can go away, or be one that nobody may read, such as [vvar].
            let Ok(read) = memory.read_at(&mut piece, at) else { break };
            look(&piece[..read], planted, &format!("memory {name}"), &mut found);
            if read <= OVERLAP_BYTES {
                break;
            }
            at += (read - OVERLAP_BYTES) as u64;
        }
    }
    Ok(found)
}

fn mapping(line: &str) -> Option<(u64, u64, &str)> {
    let mut words = line.split_whitespace();
    let (from, to) = words.next()?.split_once('-')?;
    let readable = words.next()?.starts_with('r');
    let name = words.nth(3).unwrap_or("anonymous");
    let number = |text| u64::from_str_radix(text, 16).ok();
    readable.then_some((number(from)?, number(to)?, name))
}

/// Every planted value in any file below the folder.
pub fn scan_folder(folder: &Path, planted: &[Planted]) -> std::io::Result<Vec<Find>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            found.extend(scan_folder(&entry.path(), planted)?);
        } else if kind.is_file() {
            found.extend(scan_file(&entry.path(), planted)?);
        }
    }
    Ok(found)
}

/// Every planted value in the file or its name.
fn scan_file(path: &Path, planted: &[Planted]) -> std::io::Result<Vec<Find>> {
    let mut found = Vec::new();
    let place = path.display().to_string();
    look(place.as_bytes(), planted, "a file name", &mut found);
    look(&std::fs::read(path)?, planted, &place, &mut found);
    Ok(found)
}

fn look(bytes: &[u8], planted: &[Planted], place: &str, found: &mut Vec<Find>) {
    for value in planted {
        if let Some(encoding) = value.found_in(bytes) {
            found.push(Find { value: value.name, encoding, place: place.to_owned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_every_encoding() {
        let planted = Planted::new("name", "王秀兰测试");
        let text = "王秀兰测试";
        let base64 = |before: &str| BASE64_STANDARD_NO_PAD.encode(format!("{before}{text}{before}"));
        let forms: Vec<Vec<u8>> = vec![
            text.as_bytes().to_vec(),
            text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            encoding_rs::GB18030.encode(text).0.into_owned(),
            base64("").into_bytes(),
            base64("a").into_bytes(),
            base64("ab").into_bytes(),
        ];
        for form in forms {
            let hidden = [b"noise ".as_slice(), &form, b" noise"].concat();
            assert!(planted.found_in(&hidden).is_some(), "{form:?}");
        }
        assert_eq!(planted.found_in("王秀英".as_bytes()), None);
    }

    #[test]
    fn own_memory_is_searched() {
        let secret = format!("planted-{}", std::process::id());
        let planted = [Planted::new("secret", &secret)];
        let found = scan_process(std::process::id(), &planted).unwrap_or_default();
        assert!(!found.is_empty());
    }
}
