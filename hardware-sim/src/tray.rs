//! The tray under the cutter: pieces of paper, each with a picture and a description on disk.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::control::PaperPiece;
use crate::limits::{DRAW_WAIT, PIECES_MAX};
use crate::printer::{Piece, png};

/// Pieces that were cut and not taken yet. Ends when the last [`Slit`] is gone.
#[derive(Debug)]
pub struct Tray {
    heap: Arc<Heap>,
    thread: Option<JoinHandle<()>>,
}

/// Where pieces fall in.
#[derive(Debug)]
pub struct Slit {
    heap: Arc<Heap>,
    sender: SyncSender<Piece>,
}

#[derive(Debug, Default)]
struct Heap {
    papers: Mutex<Papers>,
    drawn: Condvar,
}

#[derive(Debug, Default)]
struct Papers {
    /// Oldest first.
    kept: Vec<PaperPiece>,
    /// Pieces that fell in and are not drawn yet.
    falling: usize,
}

impl Tray {
    /// A tray that keeps its pictures in `dir`, numbered on from those that are there.
    pub fn open(dir: PathBuf) -> std::io::Result<(Tray, Slit)> {
        std::fs::create_dir_all(&dir)?;
        let first = last_number(&dir)? + 1;
        let (sender, receiver) = sync_channel(PIECES_MAX);
        let heap = Arc::new(Heap::default());
        let into = Arc::clone(&heap);
        let keep = move || keep(&receiver, &dir, first, &into);
        let thread = std::thread::Builder::new().name("tray".into()).spawn(keep)?;
        Ok((Tray { heap: Arc::clone(&heap), thread: Some(thread) }, Slit { heap, sender }))
    }

    /// What lies in the tray, oldest first, once all of it is drawn.
    pub fn list(&self) -> Vec<PaperPiece> {
        self.heap.settled().kept.clone()
    }

    /// Takes all of it.
    pub fn take(&self) {
        self.heap.settled().kept.clear();
    }
}

impl Slit {
    /// Lets a piece fall in. It counts from now on, though it is drawn later.
    pub fn drop_in(&self, piece: Piece) {
        let mut papers = self.heap.lock();
        match self.sender.try_send(piece) {
            Ok(()) => papers.falling += 1,
            Err(_) => tracing::error!("the tray is full; a piece of paper is not drawn"),
        }
    }
}

impl Heap {
    fn lock(&self) -> MutexGuard<'_, Papers> {
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All pieces, once none is falling any more.
    fn settled(&self) -> MutexGuard<'_, Papers> {
        let waited = self.drawn.wait_timeout_while(self.lock(), DRAW_WAIT, |papers| papers.falling > 0);
        let (papers, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            tracing::warn!(falling = papers.falling, "the tray does not get its pieces drawn");
        }
        papers
    }

    fn keep(&self, paper: PaperPiece) {
        let mut papers = self.lock();
        papers.falling -= 1;
        papers.kept.push(paper);
        self.drawn.notify_all();
    }
}

impl Drop for Tray {
    fn drop(&mut self) {
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the tray's thread panicked");
        }
    }
}

/// The highest number a file in `dir` is called by.
pub fn last_number(dir: &Path) -> std::io::Result<u32> {
    let mut last = 0;
    for entry in std::fs::read_dir(dir)? {
        let name = PathBuf::from(entry?.file_name());
        let number = name.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        last = last.max(number.unwrap_or(0));
    }
    Ok(last)
}

fn keep(pieces: &Receiver<Piece>, dir: &Path, first: u32, heap: &Heap) {
    for (number, piece) in (first..).zip(pieces.iter()) {
        let time = jiff::Timestamp::now();
        let paper = PaperPiece {
            number,
            png: dir.join(format!("{number:04}.png")),
            lines: piece.lines.clone(),
            qr: piece.qr.clone(),
            time,
            complete: piece.complete,
        };
        if let Err(error) = save(&piece, &paper) {
            tracing::error!(number, %error, "cannot save a piece of paper");
        }
        heap.keep(paper);
    }
}

fn save(piece: &Piece, paper: &PaperPiece) -> std::io::Result<()> {
    let picture = png(piece).map_err(std::io::Error::other)?;
    std::fs::write(&paper.png, picture)?;
    let description = serde_json::to_vec_pretty(paper).map_err(std::io::Error::other)?;
    std::fs::write(paper.png.with_extension("json"), description)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::printer::Row;

    fn piece() -> Piece {
        Piece {
            rows: vec![Row::default(); 500],
            lines: Vec::new(),
            qr: Vec::new(),
            complete: true,
            partial: true,
        }
    }

    #[test]
    fn a_piece_that_fell_in_is_there_with_its_picture_however_long_drawing_takes() {
        let dir = tempfile::tempdir().unwrap();
        let (tray, slit) = Tray::open(dir.path().to_owned()).unwrap();
        (0..4).for_each(|_| slit.drop_in(piece()));
        let papers = tray.list();
        assert_eq!(papers.iter().map(|paper| paper.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(papers.iter().all(|paper| paper.png.exists()));
        slit.drop_in(piece());
        tray.take();
        assert!(tray.list().is_empty(), "what was falling is taken too");
    }
}
