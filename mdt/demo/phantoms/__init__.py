"""Synthetic imaging: anatomy painted with NumPy, written as valid DICOM objects. Nobody's body was measured."""
