"""What others have measured or ask for, with where it stands, to be read beside a team's own figure."""

MINUTES = 3.2
TIME = (
    "Published: a mean of 3.2 minutes, more than half under two minutes (Cancer Research UK 2017, 24 meetings, "
    "624 patients; BMJ 2017;356:j114)."
)
ROLLOVER = "Published: about a third rolled over from the week before (an opinion piece, no study)."
DELAY = (
    "No such figure is published for the United Kingdom. Nearest: 36 of 551 patients (6.5 %) whose discussion was "
    "delayed with radiology among the causes (De Ieso 2013, 52 meetings)."
)
AGAIN = "Published: 42.1 % of patients discussed more than once (De Ieso 2013)."
ATTENDANCE = "Core members should attend at least two of three meetings (Royal College of Radiologists 2014)."
TOLD = "The aim is two working days (Greater Manchester Cancer Alliance)."
CARRIED_OUT = (
    "Published: 1 to 16 % of decisions not carried out; 10.0 % in one colorectal series, 40 % of those for comorbidity "
    "and 35 % by the patient’s choice (201 decisions)."
)
IMAGING = (
    "The measure of the Royal College of Radiologists’ audit XR-703, of images; whether their reports were there is "
    "not in it."
)
UNDECIDED = "Published: no decision in 27 to 52 % of discussions (Lamb 2011, 37 studies)."
