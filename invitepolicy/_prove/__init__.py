"""Sets of records: which rule decides where, proven for all of them."""
