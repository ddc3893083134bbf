//! The corpora, and bytes made up on the spot, through the same entries as the campaign.
#![allow(clippy::unwrap_used)]

use kiosk_fuzz::{TARGETS, Target, corpus};
use proptest::prelude::*;

fn inputs(target: &Target) -> Vec<Vec<u8>> {
    let folder = corpus(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

#[test]
fn every_target_has_a_corpus_and_survives_it() {
    for target in TARGETS {
        let inputs = inputs(&target);
        assert!(inputs.len() >= 3, "{}: {} inputs", target.name, inputs.len());
        inputs.iter().for_each(|input| (target.eat)(input));
    }
}

#[test]
fn what_is_in_a_corpus_survives_being_cut_off_anywhere() {
    for target in TARGETS {
        for input in inputs(&target).iter().filter(|input| input.len() <= 512) {
            (0..input.len()).for_each(|end| (target.eat)(&input[..end]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        TARGETS.iter().for_each(|target| (target.eat)(&bytes));
    }

    #[test]
    fn what_is_in_a_corpus_survives_being_spoiled(which: prop::sample::Index, at: prop::sample::Index, byte: u8) {
        for target in TARGETS {
            let mut input = which.get(&inputs(&target)).clone();
            if !input.is_empty() {
                let at = at.index(input.len());
                input[at] = byte;
            }
            (target.eat)(&input);
        }
    }
}
