"""Face: the DICOMweb provider (docs/dicomweb.md), so that other viewers and programs can use the gathered record."""

from mdt.web.dicomweb.routes import pages
from mdt.web.dicomweb.singly import at_once

__all__ = ["at_once", "pages"]
