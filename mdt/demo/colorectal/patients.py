"""The invented patients of the colorectal team. Their NHS numbers are of the range kept for tests (999)."""

from datetime import date

from mdt.demo.cast import Invented

PATIENTS = (
    # Nine weeks ago.
    Invented("dennis", "BAMFORTH", "Dennis Walter", "Mr", date(1952, 5, 19), "M", "9990331111"),
    Invented("chinyere", "IWOBI-KERSHAW", "Chinyere Adaeze", "Mrs", date(1964, 10, 2), "F", "9999510604"),
    Invented("edna", "WINSTANLEY", "Edna May", "Mrs", date(1943, 1, 27), "F", "9993689696"),
    Invented("kazimierz", "ŻUREK", "Kazimierz Władysław", "Mr", date(1957, 3, 4), "M", "9992715812"),
    # The meeting before the last one.
    Invented("norman", "CLEGG", "Norman", "Mr", date(1939, 7, 30), "M", "9992428848"),
    # The last meeting.
    Invented("sybil", "HOLLINGWORTH", "Sybil Rosemary", "Mrs", date(1955, 12, 9), "F", "9991252495"),
    Invented("gwenllian", "EVANS-PARRY", "Gwenllian Tŷ-Mawr", "Ms", date(1968, 8, 21), "F", "9991812318"),
    Invented("aoife", "MCDERMOTT", "Aoife Máire", "Mrs", date(1971, 2, 11), "F", "9997065182"),
    Invented("stanley", "BUTTERWORTH", "Stanley", "Mr", date(1950, 6, 6), "M", "9996681033"),
    Invented("hansa", "PATEL-HOUGHTON", "Hansa Jayantilal", "Mrs", date(1961, 11, 3), "F", "9994272160"),
    Invented("leszek", "SZYMAŃSKI", "Leszek Bożydar", "Mr", date(1959, 4, 17), "M", "9995384108"),
    # For the coming meeting.
    Invented("thomas", "FAIRCLOUGH-O'DONNELL", "Thomas Aloysius", "Mr", date(1954, 9, 12), "M", "9998125588"),
    Invented("elwyn", "GWYNEDD-PUW", "Elwŷn Iorwerth", "Mr", date(1949, 3, 1), "M", "9999139779"),
    Invented("zbigniew", "BRZĘCZYSZCZYKIEWICZ", "Zbigniew Żelisław", "Mr", date(1956, 12, 24), "M", "9990453209"),
    Invented("margaret", "HARGREAVES-WHITTINGHAM", "Margaret Enid", "Mrs", date(1958, 5, 5), "F", "9998771544"),
    Invented("adetokunbo", "OYELOWO-BRAITHWAITE", "Adétòkunbọ̀ Samuel", "Mr", date(1963, 7, 14), "M", "9992091061"),
    Invented("zofia", "MĄCZYŃSKA", "Zofia Jadwiga", "Mrs", date(1960, 2, 29), "F", "9995524511"),
    Invented("harold", "ASHWORTH", "Harold Clifford", "Mr", date(1936, 10, 8), "M", "9992510277"),
    Invented("llinos", "RHYDDERCH", "Llinos Haf", "Ms", date(1970, 1, 16), "F", "9992019301"),
    Invented("jean", "NUTTALL", "Jean", "Miss", date(1951, 6, 23), "F", "9998375398"),
    Invented("anandamayee", "CHATTERJEE-BOWDLER", "Anandamayee", "Dr", date(1966, 9, 9), "F", "9994530496"),
    Invented("winifred", "PICKERSGILL", "Winifred Constance", "Mrs", date(1947, 8, 15), "F", "9994282794"),
    # Referred, and not on a list.
    Invented("ewa", "LEWANDOWSKA-HICKS", "Ewa Małgorzata", "Mrs", date(1969, 5, 31), "F", "9990646317"),
    Invented("barry", "DIXON", "Barry", "Mr", date(1953, 11, 20), "M", "9995774534"),
    Invented("blessing", "OKORO", "Blessing Ifeoma", "Mrs", date(1976, 4, 2), "F", "9990175225"),
    Invented("kathleen", "STANDISH", "Kathleen", "Mrs", date(1946, 12, 1), "F", "9998468272"),
    Invented("rupert", "ABERNETHY-SMYTHE", "Rupert St John", "Mr", date(1962, 7, 7), "M", "9998079500"),
    Invented("grazyna", "ŁUKASIEWICZ", "Grażyna", "Mrs", date(1965, 3, 19), "F", "9997301536"),
    Invented("peter", "GREENHALGH", "Peter", "Mr", date(1948, 10, 25), "M", "9997442016"),
)
