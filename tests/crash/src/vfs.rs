//! The file system SQLite is given: all that is unsafe in this crate.
//!
//! Registered once as the process's default, so that SQLite needs not be told of it: a file is found by the folder it is
//! said to lie in. What the store itself does to the log's file comes through its port (`Log`), and what it does to files of
//! cases through another (`folder.rs`). Each disk has one connection at a time, hence locks always succeed; the shared memory of
//! the log's index is plain memory, which no cut survives.
#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::io;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{Arc, Mutex, Once, PoisonError};

use kiosk_store::LogPort;
use rusqlite::ffi;

use crate::disk::{Disk, Order, Syncs, Trouble};

static DISKS: Mutex<BTreeMap<PathBuf, Arc<Disk>>> = Mutex::new(BTreeMap::new());
static REGISTERED: Once = Once::new();
/// As SQLite's own layer for Unix.
const SECTOR: c_int = 4096;
const PATH_BYTES_MAX: c_int = 512;

/// Files said to lie in this folder are on this disk from now on.
pub fn mount(folder: &Path, disk: Arc<Disk>) {
    REGISTERED.call_once(|| {
        be_silent();
        register();
    });
    DISKS.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), disk);
}

/// The disk of a folder, and the name of what lies below it.
pub fn on_disk(path: &Path) -> Option<(Arc<Disk>, String)> {
    let disks = DISKS.lock().unwrap_or_else(PoisonError::into_inner);
    let (folder, disk) = path.ancestors().skip(1).find_map(|folder| disks.get_key_value(folder))?;
    Some((disk.clone(), path.strip_prefix(folder).ok()?.to_str()?.to_owned()))
}

/// The log's file on these disks.
pub struct Log;

impl LogPort for Log {
    fn length(&self, log: &Path) -> io::Result<Option<u64>> {
        let found = on_disk(log).and_then(|(disk, name)| Some(disk.size(disk.open(&name, false)?) as u64));
        Ok(found)
    }

    fn read(&self, log: &Path) -> io::Result<Vec<u8>> {
        let (disk, file) = opened(log)?;
        if disk.fails(Order::Read).is_some() {
            return Err(io::Error::other("the disk fails"));
        }
        let mut bytes = vec![0; disk.size(file)];
        disk.read(file, 0, &mut bytes);
        Ok(bytes)
    }

    fn write(&self, log: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let (disk, file) = opened(log)?;
        let failed = |_| io::Error::other("the disk fails");
        disk.try_write(file, offset as usize, bytes).map_err(failed)?;
        disk.try_sync(file).map_err(failed)
    }
}

fn opened(path: &Path) -> io::Result<(Arc<Disk>, usize)> {
    let (disk, name) = on_disk(path).ok_or(io::ErrorKind::NotFound)?;
    let file = disk.open(&name, false).ok_or(io::ErrorKind::NotFound)?;
    Ok((disk, file))
}

/// The cipher tells of every damaged page on standard error; here damage is what is looked for.
fn be_silent() {
    let set = |memory: rusqlite::Connection| memory.execute_batch("PRAGMA cipher_log_level = NONE");
    // Without it there is noise, and no other harm.
    let _ = rusqlite::Connection::open_in_memory().and_then(set);
}

fn register() {
    // SAFETY: the library is initialised and its default file system lives as long as the process; the copy shares its
    // functions for time, sleep and randomness, which take nothing from the structure they are called through. It is
    // leaked, as SQLite keeps the pointer.
    unsafe {
        ffi::sqlite3_initialize();
        let unix = *ffi::sqlite3_vfs_find(ptr::null());
        let vfs = ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: size_of::<Handle>() as c_int,
            mxPathname: PATH_BYTES_MAX,
            pNext: ptr::null_mut(),
            zName: c"crash".as_ptr(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_path),
            ..unix
        };
        ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 1);
    }
}

/// What SQLite allocates for an open file; the first field is what it looks at.
#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    file: *mut OpenFile,
}

struct OpenFile {
    disk: Arc<Disk>,
    file: usize,
    /// The regions of the log's index; boxed, since SQLite keeps pointers into them.
    shared: Vec<Box<[u64]>>,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(lock),
    xCheckReservedLock: Some(is_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(map_shared),
    xShmLock: Some(lock_shared),
    xShmBarrier: Some(barrier),
    xShmUnmap: Some(unmap_shared),
    xFetch: None,
    xUnfetch: None,
};

/// The disk and the name of a path.
///
/// SAFETY: `name` is null or a C string.
unsafe fn locate(name: *const c_char) -> Option<(Arc<Disk>, String)> {
    if name.is_null() {
        return None;
    }
    // SAFETY: as above.
    on_disk(Path::new(unsafe { CStr::from_ptr(name) }.to_str().ok()?))
}

// SAFETY of all functions below: SQLite calls them with the pointers its documentation promises ("sqlite3_vfs",
// "sqlite3_io_methods"): a `Handle` it allocated, buffers of the sizes given, and no two calls on one file at a time.

unsafe extern "C" fn open(
    _vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    handle: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    // SAFETY: see above. Without methods SQLite does not close a file that did not open.
    unsafe {
        (*handle).pMethods = ptr::null();
        let Some((disk, name)) = locate(name) else { return ffi::SQLITE_CANTOPEN };
        let create = flags & ffi::SQLITE_OPEN_CREATE != 0;
        if create && !disk.has(&name) && disk.fails(Order::Change).is_some() {
            return ffi::SQLITE_CANTOPEN;
        }
        let Some(file) = disk.open(&name, create) else { return ffi::SQLITE_CANTOPEN };
        let file = Box::new(OpenFile { disk, file, shared: Vec::new() });
        (*handle.cast::<Handle>()).file = Box::into_raw(file);
        (*handle).pMethods = &METHODS;
        if !flags_out.is_null() {
            *flags_out = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_vfs: *mut ffi::sqlite3_vfs, name: *const c_char, _sync: c_int) -> c_int {
    // SAFETY: see above.
    match unsafe { locate(name) } {
        Some((disk, name)) if disk.fails(Order::Change).is_none() => disk.delete(&name),
        Some(_) | None => return ffi::SQLITE_IOERR_DELETE,
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn access(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: see above.
    unsafe { *answer = c_int::from(locate(name).is_some_and(|(disk, name)| disk.has(&name))) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_path(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    size: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: see above; paths here are absolute already.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > size as usize {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
    }
    ffi::SQLITE_OK
}

/// SAFETY: `handle` was opened by `open` and not closed.
unsafe fn file<'a>(handle: *mut ffi::sqlite3_file) -> &'a mut OpenFile {
    // SAFETY: as above.
    unsafe { &mut *(*handle.cast::<Handle>()).file }
}

unsafe extern "C" fn close(handle: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: see above; `open` made the box.
    unsafe { drop(Box::from_raw((*handle.cast::<Handle>()).file)) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    handle: *mut ffi::sqlite3_file,
    into: *mut c_void,
    count: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: see above.
    let (file, into) = unsafe { (file(handle), std::slice::from_raw_parts_mut(into.cast(), count as usize)) };
    if file.disk.fails(Order::Read).is_some() {
        return ffi::SQLITE_IOERR_READ;
    }
    let whole = file.disk.read(file.file, offset as usize, into);
    if whole { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_SHORT_READ }
}

unsafe extern "C" fn write(
    handle: *mut ffi::sqlite3_file,
    from: *const c_void,
    count: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: see above.
    let (file, from) = unsafe { (file(handle), std::slice::from_raw_parts(from.cast(), count as usize)) };
    match file.disk.try_write(file.file, offset as usize, from) {
        Ok(()) => ffi::SQLITE_OK,
        Err(Trouble::Full) => ffi::SQLITE_FULL,
        Err(_) => ffi::SQLITE_IOERR_WRITE,
    }
}

unsafe extern "C" fn truncate(handle: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: see above.
    let file = unsafe { file(handle) };
    if file.disk.fails(Order::Change).is_some() {
        return ffi::SQLITE_IOERR_TRUNCATE;
    }
    file.disk.truncate(file.file, size as usize);
    ffi::SQLITE_OK
}

unsafe extern "C" fn sync(handle: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: see above.
    let file = unsafe { file(handle) };
    match file.disk.try_sync(file.file) {
        Ok(()) => ffi::SQLITE_OK,
        Err(_) => ffi::SQLITE_IOERR_FSYNC,
    }
}

unsafe extern "C" fn file_size(handle: *mut ffi::sqlite3_file, size: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: see above.
    unsafe {
        let file = file(handle);
        *size = file.disk.size(file.file) as ffi::sqlite3_int64;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(_handle: *mut ffi::sqlite3_file, _level: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn is_reserved(_handle: *mut ffi::sqlite3_file, answer: *mut c_int) -> c_int {
    // SAFETY: see above.
    unsafe { *answer = 0 };
    ffi::SQLITE_OK
}

/// On a disk with fewer syncs, `PRAGMA synchronous = FULL` becomes `= 1` before SQLite reads it.
unsafe extern "C" fn control(handle: *mut ffi::sqlite3_file, code: c_int, about: *mut c_void) -> c_int {
    // SAFETY: see above; for this code `about` is an array of three strings, of which the last may be null. The value is
    // overwritten with a shorter one, in memory that SQLite allocated for this statement.
    unsafe {
        if code == ffi::SQLITE_FCNTL_PRAGMA && file(handle).disk.syncs() == Syncs::Fewer {
            let [_, name, value] = *about.cast::<[*mut c_char; 3]>();
            let is_named = CStr::from_ptr(name).to_bytes().eq_ignore_ascii_case(b"synchronous");
            if is_named && !value.is_null() && !CStr::from_ptr(value).is_empty() {
                value.write(b'1' as c_char);
                value.add(1).write(0);
            }
        }
    }
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_handle: *mut ffi::sqlite3_file) -> c_int {
    SECTOR
}

unsafe extern "C" fn characteristics(_handle: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn map_shared(
    handle: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: see above.
    unsafe {
        let shared = &mut file(handle).shared;
        while extend != 0 && shared.len() <= region as usize {
            shared.push(vec![0; size as usize / size_of::<u64>()].into());
        }
        *out = shared.get_mut(region as usize).map_or(ptr::null_mut(), |region| region.as_mut_ptr().cast());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock_shared(
    _handle: *mut ffi::sqlite3_file,
    _offset: c_int,
    _count: c_int,
    _flags: c_int,
) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn barrier(_handle: *mut ffi::sqlite3_file) {}

unsafe extern "C" fn unmap_shared(handle: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: see above; SQLite uses no region any more.
    unsafe { file(handle).shared.clear() };
    ffi::SQLITE_OK
}
