//! The files that wait, and what to do about each: ask how far it came, begin it, send the next chunk, forget it here
//! once the platform has all of it. One request at a time; whatever goes wrong with a file, the platform is asked again
//! where it stands, as a chunk may have arrived though its answer did not.

use std::collections::BTreeMap;
use std::time::Duration;

use kiosk_protocol::crypto::Digest;
use kiosk_protocol::limits::FILE_CHUNK_BYTES;
use kiosk_store::WaitingFile;

/// What to do about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Ask how much of it the platform has.
    Look {
        /// The file.
        file: Digest,
    },
    /// Begin it.
    Begin {
        /// The file.
        file: Digest,
        /// Its length.
        bytes: u64,
    },
    /// Send a chunk.
    Chunk {
        /// The file.
        file: Digest,
        /// Where the chunk begins.
        offset: u64,
        /// Its length.
        bytes: usize,
    },
    /// Remove it here: the platform has all of it.
    Done {
        /// The file.
        file: Digest,
    },
}

impl Part {
    /// The file.
    pub fn file(&self) -> &Digest {
        match self {
            Self::Look { file }
            | Self::Begin { file, .. }
            | Self::Chunk { file, .. }
            | Self::Done { file } => file,
        }
    }
}

/// All files that wait, in the order they are sent.
#[derive(Debug, Default)]
pub(super) struct Uploads(Vec<Upload>);

#[derive(Debug)]
struct Upload {
    file: Digest,
    bytes: u64,
    place: Place,
    /// The most the platform ever had of it: only beyond that the back-off starts anew.
    furthest: u64,
    failures: u32,
    due: Duration,
}

/// What is known of the platform's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Unknown,
    Nothing,
    Has(u64),
}

impl Uploads {
    /// These files wait; those that wait already go on where they are.
    pub fn found(&mut self, now: Duration, files: &[WaitingFile]) {
        let known = std::mem::take(&mut self.0).into_iter();
        let mut known: BTreeMap<_, _> = known.map(|upload| (upload.file, upload)).collect();
        let upload = |file: &WaitingFile| {
            let WaitingFile { digest: file, bytes } = *file;
            let fresh = Upload { file, bytes, place: Place::Unknown, furthest: 0, failures: 0, due: now };
            known.remove(&file).unwrap_or(fresh)
        };
        self.0 = files.iter().map(upload).collect();
    }

    /// The first of those due longest, and since or from when.
    pub fn next(&self) -> Option<(Duration, Part)> {
        let upload = self.0.iter().min_by_key(|upload| upload.due)?;
        Some((upload.due, upload.part()))
    }

    /// The platform has so much of it; nothing where it was never begun there. Going on is due now. False where that is
    /// more than there is.
    pub fn stands_at(&mut self, now: Duration, file: &Digest, offset: Option<u64>) -> bool {
        let Some(upload) = self.of(file) else { return true };
        let has = offset.unwrap_or_default();
        if has > upload.bytes {
            return false;
        }
        if has > upload.furthest {
            (upload.furthest, upload.failures) = (has, 0);
        }
        (upload.place, upload.due) = (offset.map_or(Place::Nothing, Place::Has), now);
        true
    }

    /// It is no longer here.
    pub fn done(&mut self, file: &Digest) {
        self.0.retain(|upload| upload.file != *file);
    }

    /// Something failed; answers how often in a row so far, this time left out.
    pub fn failed(&mut self, file: &Digest) -> u32 {
        let Some(upload) = self.of(file) else { return 0 };
        if !upload.is_done() {
            upload.place = Place::Unknown;
        }
        let before = upload.failures;
        upload.failures = before.saturating_add(1);
        before
    }

    /// It is tried again then.
    pub fn delay(&mut self, file: &Digest, at: Duration) {
        if let Some(upload) = self.of(file) {
            upload.due = at;
        }
    }

    fn of(&mut self, file: &Digest) -> Option<&mut Upload> {
        self.0.iter_mut().find(|upload| upload.file == *file)
    }
}

impl Upload {
    fn is_done(&self) -> bool {
        self.place == Place::Has(self.bytes)
    }

    fn part(&self) -> Part {
        let file = self.file;
        match self.place {
            Place::Unknown => Part::Look { file },
            Place::Nothing => Part::Begin { file, bytes: self.bytes },
            Place::Has(_) if self.is_done() => Part::Done { file },
            Place::Has(offset) => {
                let rest = usize::try_from(self.bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
                Part::Chunk { file, offset, bytes: rest.min(FILE_CHUNK_BYTES) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);
    const BYTES: u64 = FILE_CHUNK_BYTES as u64 + 10;

    fn file(number: u8) -> WaitingFile {
        WaitingFile { digest: Digest::of(&[number]), bytes: BYTES }
    }

    fn one() -> (Uploads, Digest) {
        let mut uploads = Uploads::default();
        uploads.found(NOW, &[file(1)]);
        (uploads, file(1).digest)
    }

    fn next(uploads: &Uploads) -> Part {
        uploads.next().map(|(_, part)| part).unwrap_or(Part::Done { file: Digest::ZERO })
    }

    #[test]
    fn a_file_is_looked_for_begun_sent_in_chunks_and_forgotten() {
        let (mut uploads, file) = one();
        assert_eq!(next(&uploads), Part::Look { file });
        uploads.stands_at(NOW, &file, None);
        assert_eq!(next(&uploads), Part::Begin { file, bytes: BYTES });
        uploads.stands_at(NOW, &file, Some(0));
        assert_eq!(next(&uploads), Part::Chunk { file, offset: 0, bytes: FILE_CHUNK_BYTES });
        uploads.stands_at(NOW, &file, Some(FILE_CHUNK_BYTES as u64));
        assert_eq!(next(&uploads), Part::Chunk { file, offset: FILE_CHUNK_BYTES as u64, bytes: 10 });
        uploads.stands_at(NOW, &file, Some(BYTES));
        assert_eq!(next(&uploads), Part::Done { file });
        uploads.done(&file);
        assert_eq!(uploads.next(), None);
    }

    #[test]
    fn after_a_failure_the_platform_is_asked_where_it_stands() {
        let (mut uploads, file) = one();
        uploads.stands_at(NOW, &file, Some(0));
        assert_eq!(uploads.failed(&file), 0);
        assert_eq!(next(&uploads), Part::Look { file });
    }

    #[test]
    fn a_file_the_platform_has_is_not_asked_for_again() {
        let (mut uploads, file) = one();
        uploads.stands_at(NOW, &file, Some(BYTES));
        uploads.failed(&file);
        assert_eq!(next(&uploads), Part::Done { file });
    }

    #[test]
    fn only_getting_further_ends_a_row_of_failures() {
        let (mut uploads, file) = one();
        let chunk = FILE_CHUNK_BYTES as u64;
        for expected in 0..3 {
            assert_eq!(uploads.failed(&file), expected);
            uploads.stands_at(NOW, &file, Some(0));
        }
        uploads.stands_at(NOW, &file, Some(chunk));
        for expected in 0..3 {
            assert_eq!(uploads.failed(&file), expected);
            uploads.stands_at(NOW, &file, Some(chunk));
        }
    }

    #[test]
    fn more_than_there_is_makes_no_sense() {
        let (mut uploads, file) = one();
        assert!(!uploads.stands_at(NOW, &file, Some(BYTES + 1)));
        assert_eq!(next(&uploads), Part::Look { file });
    }

    #[test]
    fn files_found_again_go_on_and_those_gone_are_forgotten() {
        let (mut uploads, first) = one();
        uploads.stands_at(NOW, &first, Some(0));
        uploads.delay(&first, NOW + Duration::from_secs(9));
        uploads.found(NOW, &[file(2), file(1)]);
        assert_eq!(next(&uploads), Part::Look { file: file(2).digest });
        uploads.found(NOW, &[file(1)]);
        assert_eq!(next(&uploads), Part::Chunk { file: first, offset: 0, bytes: FILE_CHUNK_BYTES });
    }
}
