//! What the programs of the bench share.

pub mod process;

/// The value below which `share` (0 to 1) of the samples lie.
pub fn percentile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    let place = (last as f64 * share).round() as usize;
    samples.get(place).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_samples() {
        let mut samples: Vec<f64> = (1..=101).rev().map(f64::from).collect();
        let found = [0.0, 0.95, 1.0].map(|share| percentile(&mut samples, share));
        assert_eq!(found, [1.0, 96.0, 101.0]);
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert!(percentile(&mut [], 0.5).is_nan());
    }
}
