"""Sample persons. Nobody of them exists: the AHV numbers are made up and pass the check."""

import csv
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    given_name: str
    family_name: str
    ahv_number: str
    birth_date: str  # as printed on the letter
    portal: str
    language: str
    activation_code: str
    email: str
    phone: str
    password: str


def with_check_digit(twelve):
    """The EAN-13 check digit makes thirteen of twelve."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    digits = twelve + str(-total % 10)
    return f"{digits[:3]}.{digits[3:7]}.{digits[7:11]}.{digits[11:]}"


ANNA = Person("Anna", "Muster", with_check_digit("756000011112"), "23.05.1961", "flex", "fr",
              "K7QF-9XTM-4PWR-A", "anna.muster@example.ch", "079 000 00 11",
              "Regen?Bogen7unter")
BEAT = Person("Beat", "Beispiel", with_check_digit("756000022223"), "02.11.1958", "flex", "de",
              "H3NV-6JKC-8TYE-D", "beat.beispiel@example.ch", "079 000 00 22",
              "Nebel!Horn3ueber")
CARLA = Person("Carla", "Esempio", with_check_digit("756000033334"), "30.06.1971", "1e", "it",
               "W4MR-5FHP-7QXG-B", "carla.esempio@example.ch", "079 000 00 33",
               "Sasso*Lago9monte")
DORIS = Person("Doris", "Sample", with_check_digit("756000044445"), "09.01.1966", "1e", "en",
               "T9KX-3WCF-6HND-P", "doris.sample@example.ch", "079 000 00 44",
               "Quiet&Harbour5tea")
EVERYBODY = (ANNA, BEAT, CARLA, DORIS)


def write_csv(path, people=EVERYBODY):
    """The file that the fund would import."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ahv_number", "birth_date", "given_name", "family_name", "portal",
                       "audience", "language", "activation_code"])
        for person in people:
            day, month, year = person.birth_date.split(".")
            rows.writerow([person.ahv_number, f"{year}-{month}-{day}", person.given_name,
                           person.family_name, person.portal, "insured", person.language,
                           person.activation_code])
