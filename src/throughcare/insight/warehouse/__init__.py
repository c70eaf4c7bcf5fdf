"""The warehouse: open Parquet files made from the ledger's feed, in whole states that follow one another."""
