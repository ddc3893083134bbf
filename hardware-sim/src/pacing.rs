//! When bytes are due on a serial line of 8 data bits, no parity, one stop bit: ten bits a byte.

use std::time::Duration;

/// Bits on the line for one byte.
const BITS: u64 = 10;
const NANOS_PER_S: u64 = 1_000_000_000;

/// How long `count` bytes take at `baud`. Computed from the whole count, so that nothing adds up; a rate of 0 (hang-up) counts as 1.
pub fn wire_time(count: usize, baud: u32) -> Duration {
    let nanos = u128::from(BITS * NANOS_PER_S) * count as u128 / u128::from(baud.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// How many of the bytes begun at `start` are out by `now`.
pub fn bytes_due(start: Duration, now: Duration, baud: u32) -> usize {
    let nanos = now.saturating_sub(start).as_nanos() * u128::from(baud);
    usize::try_from(nanos / u128::from(BITS * NANOS_PER_S)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_card_takes_what_the_line_takes() {
        // 1295 * 10 / 115200 s and / 9600 s.
        assert_eq!(wire_time(1295, 115_200).as_micros(), 112_413);
        assert_eq!(wire_time(1295, 9_600).as_micros(), 1_348_958);
    }

    #[test]
    fn a_byte_is_due_when_its_last_bit_is_out() {
        let start = Duration::from_millis(7);
        let just = start + wire_time(3, 9_600) + Duration::from_nanos(1);
        assert_eq!(bytes_due(start, start, 9_600), 0);
        assert_eq!(bytes_due(start, just, 9_600), 3);
        assert_eq!(bytes_due(start, just - Duration::from_nanos(2), 9_600), 2);
    }

    #[test]
    fn deadlines_do_not_drift() {
        let million = wire_time(1_000_000, 115_200);
        assert_eq!(million.as_millis(), 86_805);
        assert_eq!(bytes_due(Duration::ZERO, million + Duration::from_nanos(9), 115_200), 1_000_000);
    }

    #[test]
    fn a_hung_up_line_does_not_divide_by_zero() {
        assert_eq!(bytes_due(Duration::ZERO, Duration::from_secs(9), 0), 0);
        assert_eq!(wire_time(1, 0), Duration::from_secs(10));
    }
}
