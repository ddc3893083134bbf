//! Random visits in virtual time, from their seeds: the first is the campaign's, the others follow it.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use kiosk_visits::{Course, play};

use crate::report::Report;

/// Plays the visits, as many side by side as there are processors.
pub fn run(cases: usize, seed: u64) -> Report {
    let next = AtomicUsize::new(0);
    let lanes = thread::available_parallelism().map_or(1, NonZero::get);
    let lane = || {
        let mut courses = Vec::new();
        while let Some(case) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|case| *case < cases) {
            let seed = seed.wrapping_add(case as u64);
            courses.push((seed, play(seed)));
        }
        courses
    };
    let courses: Vec<(u64, Course)> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap_or_default()).collect()
    });
    report(cases, courses)
}

fn report(cases: usize, courses: Vec<(u64, Course)>) -> Report {
    let (mut violations, mut histogram) = (Vec::new(), BTreeMap::new());
    let (mut lasted_s, mut accepted) = (0.0, 0.0);
    if courses.len() < cases {
        violations
            .push(format!("{} of {cases} visits were never played to their end", cases - courses.len()));
    }
    for (seed, course) in courses {
        violations.extend(
            course.broken.map(|what| format!("{what}; again: ./x torture visits --cases 1 --seed {seed}")),
        );
        course.tally.into_iter().for_each(|(what, count)| *histogram.entry(what).or_default() += count);
        lasted_s += course.lasted.as_secs_f64();
        accepted += course.accepted as f64;
    }
    violations.sort();
    let figures = BTreeMap::from([("virtual_hours", lasted_s / 3600.0), ("accepted", accepted)]);
    Report { name: "visits", cases, violations, histogram, figures }
}
