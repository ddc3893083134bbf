-- A case by the number on its receipt, as `ReceiptNumber` writes it.
CREATE INDEX cases_by_receipt ON cases (terminal, printf('%02d%06d', epoch, seq));
-- What a terminal asked for in vain lately.
CREATE INDEX accesses_by_terminal ON accesses (terminal, reason, at);
