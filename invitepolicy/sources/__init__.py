"""Where records come from: LinkedIn's export with people.csv, and JSON Lines; and how to anonymize them."""

from invitepolicy.sources.anonymize import anonymize
from invitepolicy.sources.jsonl import read_records
from invitepolicy.sources.linkedin import Export, ExportError, read_export
from invitepolicy.sources.problems import RowProblem

__all__ = ["Export", "ExportError", "RowProblem", "anonymize", "read_export", "read_records"]
