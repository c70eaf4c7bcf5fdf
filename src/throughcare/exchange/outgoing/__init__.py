"""Messages to others: built from the ledger's feed, queued durably, sent until they are answered, kept as they were sent."""
