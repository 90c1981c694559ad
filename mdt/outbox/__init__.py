"""Messages to people: written in the transaction of what caused them, sent by the worker, never lost in between.

E-mail is read on telephones and forwarded; no message says who a patient is. It says what waits, how many and since
when, and links to the page behind the sign-in.
"""
