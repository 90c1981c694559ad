"""The code lists that are COSD's own and that nobody else here needs."""

# CR3190 MDT Meeting Type. Codes that end in 00 name a group, and are for a patient whom no meeting listed.
MEETING_TYPES = {
    "0101": "Breast", "0102": "Metastatic breast",
    "0201": "CNS or neuroscience", "0202": "Rehabilitation and non-surgical CNS", "0203": "Pituitary",
    "0204": "Skull base", "0205": "Spinal cord", "0206": "Low grade glioma", "0207": "Metastasis to brain",
    "0208": "Stereotactic radiosurgery", "0209": "Genetic subtypes of CNS tumours",
    "0301": "Colorectal", "0302": "Anal",
    "0401": "Paediatric combined", "0402": "Paediatric haematology", "0403": "Paediatric non-CNS solid tumour",
    "0404": "Paediatric CNS", "0405": "Paediatric late effects", "0406": "Paediatric oncology shared care unit",
    "0407": "Teenage and young adult", "0408": "Teenage and young adult late effects",
    "0501": "Gynaecology, local", "0502": "Gynaecology, specialist",
    "0601": "Haematology", "0602": "Lymphoma", "0603": "Plasma cell", "0604": "Myeloid",
    "0605": "Bone marrow transplant",
    "0701": "Upper aerodigestive tract", "0702": "Upper aerodigestive tract and thyroid", "0703": "Thyroid",
    "0801": "Lung", "0802": "Mesothelioma, specialist",
    "0901": "Bone and soft tissue sarcoma", "0902": "Bone sarcoma", "0903": "Soft tissue sarcoma",
    "1001": "Skin, local", "1002": "Skin, specialist", "1003": "Melanoma", "1004": "Supra-regional T-cell lymphoma",
    "1101": "Upper GI, local", "1102": "Oesophago-gastric, specialist", "1103": "Hepato-pancreato-biliary, specialist",
    "1104": "Pancreato-biliary, specialist", "1105": "Hepatic, specialist",
    "1201": "Urology, local", "1202": "Urology, specialist", "1203": "Testicular, supra-regional",
    "1204": "Penile, supra-regional",
    "1301": "Cancer of unknown primary", "1302": "Neuroendocrine", "1303": "Palliative", "1304": "Enhanced supportive",
    "1305": "Stereotactic radiotherapy", "1306": "Adrenal",
}  # fmt: skip

NUMBER_STATUSES = frozenset({"01", "02", "03", "04", "05", "06", "07", "08"})  # CR1350 NHS Number Status Indicator

NOT_DISCUSSED, STATUS_UNKNOWN = "1", "2"  # CR8100 MDT Meeting Discussion
