"""The three carriers behind ImagingSource: DICOMweb, DIMSE, a folder."""
