//! What processes take, as the kernel counts it (proc(5)).

use std::error::Error;
use std::fs;
use std::time::Duration;

/// `utime` and `stime` are in hundredths of a second on every Linux (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);
/// Bytes of a megabyte, as the goals count.
const MB: f64 = 1e6;
/// Memory is told in units of 1,024 bytes.
const KIB: f64 = 1024.0;

/// Proportional set size, MB: own pages, and of each shared page the part that falls to this process.
pub fn pss_mb(pid: u32) -> Result<f64, Box<dyn Error>> {
    memory_mb(pid, "Pss:")
}

/// Resident set size, MB: own pages and all shared ones.
pub fn rss_mb(pid: u32) -> Result<f64, Box<dyn Error>> {
    memory_mb(pid, "Rss:")
}

fn memory_mb(pid: u32, name: &str) -> Result<f64, Box<dyn Error>> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix(name));
    let kib: f64 = line.and_then(|rest| rest.split_whitespace().next()).ok_or("no such line")?.parse()?;
    Ok(kib * KIB / MB)
}

/// Proportional set size of a process, its group and all its descendants together, MB.
pub fn tree_pss_mb(root: u32) -> Result<f64, Box<dyn Error>> {
    // Besides the processes, /proc names the reader once more: `self` and `thread-self`.
    let is_process =
        |entry: &fs::DirEntry| entry.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit);
    let entries = fs::read_dir("/proc")?.flatten().filter(is_process);
    let all: Vec<Stat> = entries.filter_map(|entry| stat_in(&entry.path())).collect();
    let mut tree = vec![root];
    let mut next = 0;
    while let Some(&parent) = tree.get(next) {
        let found = all.iter().filter(|stat| stat.parent == parent || stat.group == root);
        let found: Vec<u32> = found.map(|stat| stat.pid).filter(|pid| !tree.contains(pid)).collect();
        tree.extend(found);
        next += 1;
    }
    // A process may have ended since it was listed.
    Ok(tree.into_iter().filter_map(|pid| pss_mb(pid).ok()).sum())
}

/// Processor time the process has had so far, in user and in kernel mode, all threads together.
pub fn processor_time(pid: u32) -> Result<Duration, Box<dyn Error>> {
    let stat = stat_in(format!("/proc/{pid}").as_ref()).ok_or("the process has ended")?;
    Ok(TICK * stat.ticks)
}

struct Stat {
    pid: u32,
    parent: u32,
    group: u32,
    ticks: u32,
}

fn stat_in(folder: &std::path::Path) -> Option<Stat> {
    parse(&fs::read_to_string(folder.join("stat")).ok()?)
}

/// The program's name stands in parentheses and may hold anything; the fields behind it are counted from 3.
fn parse(line: &str) -> Option<Stat> {
    let (head, tail) = line.rsplit_once(')')?;
    let fields: Vec<&str> = tail.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u32>().ok();
    let pid = head.split_whitespace().next()?.parse().ok()?;
    Some(Stat { pid, parent: field(4)?, group: field(5)?, ticks: field(14)? + field(15)? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_is_no_obstacle() {
        let stat = parse("7 (a) (b c) S 3 5 5 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 1").unwrap();
        assert_eq!((stat.pid, stat.parent, stat.group, stat.ticks), (7, 3, 5, 300));
    }

    #[test]
    fn own_memory_is_counted_once_in_the_tree() {
        // Pages of its own outweigh those it shares with other programs, which come and go meanwhile.
        let ballast = vec![1_u8; 64 << 20];
        let own = std::process::id();
        let (alone, tree) = (pss_mb(own).unwrap(), tree_pss_mb(own).unwrap());
        assert!(alone > 64.0, "{alone}");
        assert!(tree > alone * 0.8 && tree < alone * 1.2, "{alone} {tree}");
        assert_eq!(ballast.last(), Some(&1));
    }
}
