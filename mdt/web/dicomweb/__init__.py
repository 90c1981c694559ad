"""Face: the DICOMweb provider (docs/dicomweb.md), so that other viewers and programs can use the gathered record."""

from mdt.web.dicomweb.routes import pages

__all__ = ["pages"]
