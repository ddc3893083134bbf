-- A case is kept once in an epoch, in its own lane; also what finds it again.
CREATE UNIQUE INDEX outbox_cases ON outbox (lane, terminal, epoch) WHERE kind = 'case';
