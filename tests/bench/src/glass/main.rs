//! `bench-glass [VISITS]`: the product's window, drawn by the product's renderer into memory, visited again and
//! again, in the three languages and both sizes in turn. Tells times and memory in one line of JSON.
//!
//! A visit shows its screens one after another. On each, fingers go to points all over the glass; a touch that
//! changes pixels counts, one beside all controls does not.

mod canvas;
#[path = "../../../../ui/screens/examples/gallery/screens/mod.rs"]
mod gallery;
mod visit;

use std::error::Error;
use std::io::Write;

use kiosk_bench::percentile;
use kiosk_bench::process::rss_mb;
use kiosk_model::{Language, Mode};
use serde_json::json;

use canvas::Canvas;
use visit::{Times, Visit};

/// As the terminal does: the time it takes and the memory it keeps belong to the figures.
#[global_allocator]
static ZEROING: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// Visits that fill caches before growth is counted.
const WARM_UP: usize = 100;
/// Visits after that, unless the command line says otherwise.
const VISITS: usize = 1_000;
const LANGUAGES: [Language; 3] = [Language::ZhCn, Language::En, Language::Ru];
const MODES: [Mode; 2] = [Mode::Normal, Mode::Elder];

fn main() -> Result<(), Box<dyn Error>> {
    let visits = std::env::args().nth(1).map_or(Ok(VISITS), |visits| visits.parse())?;
    let kinds = LANGUAGES.iter().flat_map(|language| MODES.map(|mode| Visit::new(*language, mode)));
    let kinds: Vec<Visit> = kinds.collect::<Result<_, _>>()?;
    let mut canvas = Canvas::new()?;
    let mut times = Times::with_room_for(visits.max(WARM_UP));
    canvas.show_quietly(kinds[0].first());
    let own = std::process::id();
    let rss_fresh_mb = rss_mb(own)?;
    play(&kinds, WARM_UP, &mut canvas, &mut times)?;
    let rss_warm_mb = rss_mb(own)?;
    times.forget();
    play(&kinds, visits, &mut canvas, &mut times)?;
    let told = json!({
        "touch_p95_ms": percentile(&mut times.touches, 0.95),
        "transition_p95_ms": percentile(&mut times.frames, 0.95),
        "rss_fresh_mb": rss_fresh_mb,
        "rss_warm_mb": rss_warm_mb,
        "rss_end_mb": rss_mb(own)?,
        "touches": times.touches.len(),
        "frames": times.frames.len(),
    });
    Ok(writeln!(std::io::stdout().lock(), "{told}")?)
}

fn play(
    kinds: &[Visit],
    visits: usize,
    canvas: &mut Canvas,
    times: &mut Times,
) -> Result<(), Box<dyn Error>> {
    kinds.iter().cycle().take(visits).try_for_each(|visit| visit.play(canvas, times))
}
