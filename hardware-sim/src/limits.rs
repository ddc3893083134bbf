//! Every wait and every limit of the simulator, in one table.

use std::time::Duration;

/// SAM answers a question that needs no card (reset, status, number, settings).
pub const THINK_SAM: Duration = Duration::from_millis(5);
/// RF time to find a card in the field, and to see that there is none.
pub const THINK_FIND: Duration = Duration::from_millis(30);
/// RF time to select a found card.
pub const THINK_SELECT: Duration = Duration::from_millis(50);
/// RF time to authenticate and read text and photo (1280 bytes).
pub const THINK_READ: Duration = Duration::from_millis(300);
/// RF time to read one further item (newest address, management number).
pub const THINK_ITEM: Duration = Duration::from_millis(60);
/// What the fault `slow` adds to one answer: longer than a host waits for a card, shorter than for a photo.
pub const THINK_SLOW_EXTRA: Duration = Duration::from_secs(2);
/// Silence on the line after which the reader forgets a request that stayed unfinished.
pub const REQUEST_GAP: Duration = Duration::from_millis(200);
/// Longest request the reader takes, counted as the frame's own length field counts.
pub const REQUEST_BYTES_MAX: usize = 64;
/// Answers the reader keeps while it thinks; further requests are lost, as in a SAM that is busy.
pub const ANSWERS_MAX: usize = 8;

/// A chip card works on a command, besides the characters of command and answer.
pub const THINK_CHIP: Duration = Duration::from_millis(8);
/// A character over T=0: 12 elementary time units at 38,400 baud (ISO/IEC 7816-3, 10.2).
pub const THINK_CHIP_BYTE: Duration = Duration::from_nanos(312_500);
/// Deadline of a chip card for reaching the reader service.
pub const CHIP_CONNECT_WAIT: Duration = Duration::from_secs(1);
/// Deadline of a chip card for handing an answer over.
pub const CHIP_WRITE_WAIT: Duration = Duration::from_secs(1);
/// Least time between two cards in the slot: a hand is no faster, and `pcscd` looks every 400 ms.
pub const CHIP_SWAP_WAIT: Duration = Duration::from_millis(500);
/// Wait after the reader service did not take a chip card, or let it go.
pub const CHIP_RETRY_WAIT: Duration = Duration::from_millis(100);

/// Receive buffer of the printer, bytes.
pub const PRINTER_BUFFER_BYTES: usize = 4096;
/// Bytes the printer's interface still takes when the buffer is full, so that real-time commands come through.
pub const PRINTER_RESERVE_BYTES: usize = 64;
/// Free bytes below which it sends XOFF, where it is set to.
pub const PRINTER_XOFF_FREE: usize = 256;
/// Free bytes above which it sends XON again.
pub const PRINTER_XON_FREE: usize = 2048;
/// Data the printer keeps for one QR code (ESC/POS function 180: at most 7089 digits).
pub const QR_BYTES_MAX: usize = 7089;
/// Paper feed while printing, millimetres in a second.
pub const PAPER_MM_PER_S: u64 = 150;
/// Time of one stroke of the cutter.
pub const CUT_STROKE: Duration = Duration::from_millis(150);
/// Longest piece of paper kept in dots (2 m); what is printed beyond is not drawn.
pub const PAPER_ROWS_MAX: usize = 16_000;
/// Lines of text noted beside one piece of paper.
pub const NOTES_MAX: usize = 2_000;
/// Cut pieces that wait to be drawn.
pub const PIECES_MAX: usize = 64;
/// Deadline for drawing all pieces that were cut, for whoever looks at them; the longest takes a fraction of a second.
pub const DRAW_WAIT: Duration = Duration::from_secs(10);
/// Glyphs kept drawn.
pub const GLYPHS_MAX: usize = 4_096;

/// Bytes taken from a pty at once: at 115200 baud less than 3 ms.
pub const LINE_CHUNK_BYTES: usize = 32;
/// Bytes handed to a pty at once: at 115200 baud less than 1 ms.
pub const LINE_SAY_BYTES: usize = 8;
/// Longest sleep of a device thread; a command wakes it earlier.
pub const LINE_WAIT_MAX: Duration = Duration::from_millis(500);
/// Wait between two looks at a pty that nobody has open.
pub const LINE_CLOSED_WAIT: Duration = Duration::from_millis(10);

/// A scanner takes an order and answers it, or goes on with its next packet.
pub const THINK_ORDER: Duration = Duration::from_millis(5);
/// A scanner finds and decodes a code it sees.
pub const THINK_DECODE: Duration = Duration::from_millis(100);
/// A scanner stops looking after so long, as Newland's do from the factory (`ORTSET`).
pub const LOOK_TIME: Duration = Duration::from_secs(3);
/// A scanner without orders says a code again that still lies there.
pub const SEES_AGAIN: Duration = Duration::from_millis(500);
/// Orders that follow faster are lost to a Newland scanner: its manual asks for 50 ms, and clocks differ a little.
pub const SCANNER_ORDER_GAP: Duration = Duration::from_millis(40);
/// Longest order a scanner keeps while it is incomplete.
pub const SCANNER_ORDER_BYTES_MAX: usize = 300;
/// A scanner waits for a packet to be acknowledged (SSI, host serial response time-out).
pub const PACKET_WAIT: Duration = Duration::from_secs(2);
/// How often a scanner sends a packet before it gives the code up.
pub const PACKET_TRIES: u32 = 3;
/// Digits of the code that the fault `oversize` makes; a QR code holds at most 2,953 bytes.
pub const OVERSIZE_BYTES: usize = 4_000;
/// Programs that have one USB device open at once; further ones are refused.
pub const USB_OPEN_MAX: usize = 64;

/// The page printer works on a request, besides taking its bytes.
pub const THINK_IPP: Duration = Duration::from_millis(20);
/// The same while it is `slow`.
pub const THINK_IPP_SLOW: Duration = Duration::from_millis(700);
/// The same while it is `silent`: longer than any host waits for a page.
pub const THINK_IPP_SILENT: Duration = Duration::from_secs(600);
/// One sheet through the page printer: 40 pages a minute.
pub const SHEET_TIME: Duration = Duration::from_millis(1_500);
/// Longest document the page printer takes.
pub const DOCUMENT_BYTES_MAX: usize = 64 << 20;
/// Most pages the page printer finds in a document.
pub const PAGES_MAX: u32 = 999;
/// Jobs the page printer remembers.
pub const JOBS_MAX: usize = 64;

/// Deadline for a device thread to carry out that a plug was pulled or put in.
pub const PLUG_WAIT: Duration = Duration::from_secs(1);

/// Deadline of a client for connecting to, writing to and reading from the control server, each.
pub const CONTROL_WAIT: Duration = Duration::from_secs(5);
/// Longest answer a client of the control server takes, bytes.
pub const CONTROL_ANSWER_BYTES_MAX: u64 = 4 << 20;
/// Deadline of the proxy for reaching its target.
pub const PROXY_CONNECT_WAIT: Duration = Duration::from_secs(5);
/// Wait after the proxy could not accept a connection.
pub const PROXY_RETRY_WAIT: Duration = Duration::from_millis(50);
/// Connections the proxy carries at once; further ones are closed.
pub const PROXY_CONNECTIONS_MAX: usize = 256;
/// Bytes the proxy carries at once: a packet of an Ethernet.
pub const PROXY_CHUNK_BYTES: usize = 1_500;
/// Such packets under way in one direction of a connection; the sender waits for more room.
pub const PROXY_CHUNKS_MAX: usize = 64;
/// Bytes from one that a noisy network spoils to the next, on average: a connection over TLS begins with some 5,000,
/// so that about every other one comes about.
pub const PROXY_GARBLE_BYTES: u64 = 8_192;

/// Largest disk that is filled: a real one is not what the tester meant.
pub const DISK_BYTES_MAX: u64 = 256 << 20;
/// Bytes the disk is filled with at once: a page of memory, the least that `tmpfs` gives.
pub const DISK_FILL_BYTES: usize = 4_096;
/// A full disk is filled again: what the terminal gives back itself, as it cuts its own log, is gone before it is used.
pub const DISK_FILL_EVERY: Duration = Duration::from_millis(10);

/// Bytes kept of one recording: some hours of a busy card reader.
pub const RECORD_BYTES_MAX: usize = 4 << 20;
/// Bytes on one line of a recording of a serial line.
pub const RECORD_LINE_BYTES: usize = 32;
/// Silence after which a recording begins a new line, and an answer is over.
pub const RECORD_GAP: Duration = Duration::from_millis(20);
/// Longest question that is free to come at other times than it was recorded: those of the reader have ten bytes.
pub const QUESTION_BYTES_MAX: usize = 16;
