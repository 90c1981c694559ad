"""Digital radiographs and mammograms as DICOM objects (PS3.3 A.26, A.27)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from mdt.demo.phantoms.objects import Series, Shot, code, grey, new, window


def dx(shot: Shot, attenuation: NDArray[Any], pixel: float) -> Dataset:
    """Digital X-ray image, for presentation. MONOCHROME1: where more rays arrive the value is higher, and darker."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.1.1", "DX", Series(1, "PA erect"), 1)
    _detector(ds, pixel, code("51185008", "SCT", "Chest"), "U")
    grey(ds, (4095 - np.rint(attenuation)).astype(np.uint16), 12, photometric="MONOCHROME1")
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", 1
    ds.PresentationLUTShape = "INVERSE"
    ds.PatientOrientation, ds.ViewPosition = ["L", "F"], "PA"
    ds.ViewCodeSequence = Items([code("399348003", "SCT", "postero-anterior")])
    ds.ViewCodeSequence[0].ViewModifierCodeSequence = Items([])
    ds.PositionerType, ds.KVP, ds.DistanceSourceToDetector = "COLUMN", 125, 1800
    ds.ExposureTime, ds.XRayTubeCurrent, ds.Exposure = 8, 250, 2
    window(ds, (2047.5, 4095, "DEFAULT"))
    return ds


# Code and meaning of a mammographic view (PS3.16 CID 4014), the angle of the machine, and where columns lead.
_VIEWS = {
    "CC": ("399162004", "cranio-caudal", 0, {"L": "R", "R": "L"}),
    "MLO": ("399368009", "medio-lateral oblique", 45, {"L": "FR", "R": "FL"}),
}


def mg(shot: Shot, number: int, taken: tuple[str, str], attenuation: NDArray[Any], pixel: float) -> Dataset:
    """Digital mammography image, for presentation; `taken` is the side and the view, CC or MLO."""
    side, view = taken
    value, meaning, angle, down = _VIEWS[view]
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.1.2", "MG", Series(number, f"{side} {view}"), 1)
    _detector(ds, pixel, code("76752008", "SCT", "Breast"), side)
    grey(ds, np.rint(attenuation).astype(np.uint16), 12)
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", -1
    ds.PresentationLUTShape = "IDENTITY"
    ds.PatientOrientation = ["A" if side == "L" else "P", down[side]]
    ds.ViewPosition = view
    ds.ViewCodeSequence = Items([code(value, "SCT", meaning)])
    ds.ViewCodeSequence[0].ViewModifierCodeSequence = Items([])
    ds.PositionerType, ds.OrganExposed, ds.BreastImplantPresent = "MAMMOGRAPHIC", "BREAST", "NO"
    ds.PositionerPrimaryAngle, ds.CompressionForce, ds.BodyPartThickness = angle if side == "R" else -angle, 110, 52
    ds.EstimatedRadiographicMagnificationFactor, ds.DistanceSourceToDetector = 1.05, 660
    ds.PartialView, ds.KVP, ds.AnodeTargetMaterial = "NO", 28, "TUNGSTEN"
    ds.ExposureTime, ds.XRayTubeCurrent, ds.Exposure, ds.FilterMaterial = 900, 90, 81, "RHODIUM"
    window(ds, (2150, 2700, "DEFAULT"))
    return ds


def _detector(ds: Dataset, pixel: float, anatomy: Dataset, laterality: str) -> None:
    """What DX and MG share: DX series, anatomy, image, detector and acquisition context (PS3.3 C.8.11)."""
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.ImageLaterality = laterality
    ds.AnatomicRegionSequence = Items([anatomy])
    ds.ImagerPixelSpacing = [pixel, pixel]
    ds.DetectorType, ds.DetectorConfiguration, ds.DetectorID = "DIRECT", "AREA", "D1"
    ds.DetectorElementPhysicalSize = [pixel, pixel]
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = 0, 1, "US"
    ds.LossyImageCompression, ds.BurnedInAnnotation = "00", "NO"
    ds.AcquisitionContextSequence = Items([])
    ds.AcquisitionDate, ds.AcquisitionTime = ds.ContentDate, ds.ContentTime
