"""Sets of records: which rule decides where, and with what proof."""
