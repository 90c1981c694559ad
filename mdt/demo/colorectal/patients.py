"""The invented patients of the colorectal team. Their NHS numbers are of the range kept for tests (999).

The two whose imaging there is are in `demo.cast`.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Invented:
    """Somebody who never was. One has no given name, of another nobody knows the date of birth."""

    key: str
    family: str
    given: str
    born: date | None
    sex: str
    nhs: str


PATIENTS = (
    # Nine weeks ago.
    Invented("dennis", "BAMFORTH", "Dennis Walter", date(1952, 5, 19), "M", "9990331111"),
    Invented("chinyere", "IWOBI-KERSHAW", "Chinyere Adaeze", date(1964, 10, 2), "F", "9999510604"),
    Invented("edna", "WINSTANLEY", "Edna May", date(1943, 1, 27), "F", "9993689696"),
    Invented("kazimierz", "ŻUREK", "Kazimierz Władysław", date(1957, 3, 4), "M", "9992715812"),
    # The meeting before the last one.
    Invented("norman", "CLEGG", "Norman", date(1939, 7, 30), "M", "9992428848"),
    # The last meeting.
    Invented("sybil", "HOLLINGWORTH", "Sybil Rosemary", date(1955, 12, 9), "F", "9991252495"),
    Invented("gwenllian", "EVANS-PARRY", "Gwenllian Tŷ-Mawr", date(1968, 8, 21), "F", "9991812318"),
    Invented("aoife", "MCDERMOTT", "Aoife Máire", date(1971, 2, 11), "F", "9997065182"),
    Invented("stanley", "BUTTERWORTH", "Stanley", date(1950, 6, 6), "M", "9996681033"),
    Invented("hansa", "PATEL-HOUGHTON", "Hansa Jayantilal", date(1961, 11, 3), "F", "9994272160"),
    Invented("leszek", "SZYMAŃSKI", "Leszek Bożydar", date(1959, 4, 17), "M", "9995384108"),
    # For the coming meeting.
    Invented("thomas", "FAIRCLOUGH-O'DONNELL", "Thomas Aloysius", date(1954, 9, 12), "M", "9998125588"),
    Invented("zbigniew", "BRZĘCZYSZCZYKIEWICZ", "Zbigniew Żelisław", date(1956, 12, 24), "M", "9990453209"),
    Invented("margaret", "HARGREAVES-WHITTINGHAM", "Margaret Enid", date(1958, 5, 5), "F", "9998771544"),
    Invented("adetokunbo", "OYELOWO-BRAITHWAITE", "Adétòkunbọ̀ Samuel", date(1963, 7, 14), "M", "9992091061"),
    Invented("zofia", "MĄCZYŃSKA", "Zofia Jadwiga", date(1960, 2, 29), "F", "9995524511"),
    Invented("harold", "ASHWORTH", "Harold Clifford", date(1936, 10, 8), "M", "9992510277"),
    Invented("jean", "NUTTALL", "Jean", date(1951, 6, 23), "F", "9998375398"),
    Invented("suharto", "SUHARTO", "", date(1959, 6, 8), "M", "9998823560"),
    Invented("meron", "TEKLE", "Meron", None, "F", "9999700012"),
    Invented("anandamayee", "CHATTERJEE-BOWDLER", "Anandamayee", date(1966, 9, 9), "F", "9994530496"),
    Invented("winifred", "PICKERSGILL", "Winifred Constance", date(1947, 8, 15), "F", "9994282794"),
    # Referred, and not on a list.
    Invented("ewa", "LEWANDOWSKA-HICKS", "Ewa Małgorzata", date(1969, 5, 31), "F", "9990646317"),
    Invented("barry", "DIXON", "Barry", date(1953, 11, 20), "M", "9995774534"),
    Invented("blessing", "OKORO", "Blessing Ifeoma", date(1976, 4, 2), "F", "9990175225"),
    Invented("kathleen", "STANDISH", "Kathleen", date(1946, 12, 1), "F", "9998468272"),
    Invented("rupert", "ABERNETHY-SMYTHE", "Rupert St John", date(1962, 7, 7), "M", "9998079500"),
    Invented("grazyna", "ŁUKASIEWICZ", "Grażyna", date(1965, 3, 19), "F", "9997301536"),
    Invented("peter", "GREENHALGH", "Peter", date(1948, 10, 25), "M", "9997442016"),
)
