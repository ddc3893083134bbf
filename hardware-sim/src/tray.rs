//! The tray under the cutter: pieces of paper, each with a picture and a description on disk.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::control::PaperPiece;
use crate::limits::PIECES_MAX;
use crate::printer::{Piece, png};

/// Pieces that were cut and not taken yet. Ends when the last [`SyncSender`] is gone.
#[derive(Debug)]
pub struct Tray {
    papers: Arc<Mutex<Vec<PaperPiece>>>,
    thread: Option<JoinHandle<()>>,
}

impl Tray {
    /// A tray that keeps its pictures in `dir`, numbered on from those that are there.
    pub fn open(dir: PathBuf) -> std::io::Result<(Tray, SyncSender<Piece>)> {
        std::fs::create_dir_all(&dir)?;
        let first = last_number(&dir)? + 1;
        let (sender, receiver) = sync_channel(PIECES_MAX);
        let papers = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&papers);
        let keep = move || keep(&receiver, &dir, first, &into);
        let thread = std::thread::Builder::new().name("tray".into()).spawn(keep)?;
        Ok((Tray { papers, thread: Some(thread) }, sender))
    }

    /// What lies in the tray, oldest first.
    pub fn list(&self) -> Vec<PaperPiece> {
        self.papers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes all of it.
    pub fn take(&self) {
        self.papers.lock().unwrap_or_else(PoisonError::into_inner).clear();
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

fn keep(pieces: &Receiver<Piece>, dir: &Path, first: u32, papers: &Mutex<Vec<PaperPiece>>) {
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
        papers.lock().unwrap_or_else(PoisonError::into_inner).push(paper);
    }
}

fn save(piece: &Piece, paper: &PaperPiece) -> std::io::Result<()> {
    let picture = png(piece).map_err(std::io::Error::other)?;
    std::fs::write(&paper.png, picture)?;
    let description = serde_json::to_vec_pretty(paper).map_err(std::io::Error::other)?;
    std::fs::write(paper.png.with_extension("json"), description)
}
